package dev.ckpt.convert.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.ckpt.convert.TaskImages;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.CorruptImageException;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageFile;
import dev.ckpt.format.record.FileRef;
import dev.ckpt.format.record.Header;
import dev.ckpt.format.record.PageArray;
import dev.ckpt.format.record.PageKind;
import dev.ckpt.format.record.PageRun;
import dev.ckpt.format.record.ParentImage;
import dev.ckpt.format.record.ParentPages;
import dev.ckpt.format.record.Shmem;
import dev.ckpt.format.record.ShmemKind;
import dev.ckpt.format.record.Statistics;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** Pages about images that were made for it, as a strict parser reads them. */
class MemoryReportTest {
  private static final long BASE = 0x7f00_0000_0000L;
  private static final int PAGE = TaskImages.PAGE;
  private static final String HOSTILE =
      "</td><script>alert(1)</script>\"'><img src=x onerror=alert(2)>&lt;\u0000\u202e\ud800\n";

  @TempDir Path folder;

  private Path image(TaskImages.Content content) throws IOException {
    return TaskImages.write(folder.resolve("image"), Header.NO_PARENT, 0x33, List.of(900), content);
  }

  private static String report(Path image) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ImageFile file = ImageFile.open(image)) {
      MemoryReport.write(file, image.toString(), Files.size(image), out);
    }
    return out.toString(UTF_8);
  }

  /** NB: the parser of XML takes no mistake, where one of HTML takes them all. */
  private static Document parse(String page) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
    return factory.newDocumentBuilder().parse(new ByteArrayInputStream(page.getBytes(UTF_8)));
  }

  private static Element section(Document page, String id) {
    NodeList sections = page.getElementsByTagName("section");
    for (int i = 0; i < sections.getLength(); i++) {
      if (((Element) sections.item(i)).getAttribute("id").equals(id)) {
        return (Element) sections.item(i);
      }
    }
    throw new AssertionError("no section " + id);
  }

  private static List<String> rows(Element section) {
    NodeList rows = section.getElementsByTagName("tr");
    List<String> texts = new ArrayList<>();
    for (int i = 1; i < rows.getLength(); i++) {
      texts.add(rows.item(i).getTextContent());
    }
    return texts;
  }

  private static List<String> legend(Document page) {
    NodeList items = section(page, "memory").getElementsByTagName("li");
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < items.getLength(); i++) {
      Element item = (Element) items.item(i);
      String label = item.getElementsByTagName("b").item(0).getTextContent();
      texts.add(label + " " + item.getElementsByTagName("span").item(0).getTextContent());
    }
    return texts;
  }

  @Test
  void countsPagesByKind() throws Exception {
    Path image =
        TaskImages.write(
            folder.resolve("image"),
            new UUID(1, 1),
            0x33,
            List.of(),
            (writer, mm) -> {
              int shmem =
                  writer.writeShared(
                      new Shmem(ShmemKind.ANON, ByteString.EMPTY, 8L * PAGE, 0, 0, 0));
              writer.write(new ParentImage(ByteString.of("/gone")));
              writer.write(new ParentPages(mm, mm, List.of(new ParentPages.ParentRun(BASE, 5))));
              writer.write(TaskImages.anonymous(BASE, 100));
              writer.write(TaskImages.vma(BASE + 200L * PAGE, 8, shmem, 0, VmaKind.ANON_SHARED));
              List<PageRun> runs =
                  List.of(
                      new PageRun(BASE + 10L * PAGE, 1, PageKind.DATA),
                      new PageRun(BASE + 11L * PAGE, 20, PageKind.ZERO));
              writer.writePages(new PageArray(mm, runs), TaskImages.page(1));
              TaskImages.writePage(writer, shmem, 0, 1);
              TaskImages.writePage(writer, shmem, 7L * PAGE, 1);
            });
    Document page = parse(report(image));
    assertEquals(
        List.of(
            "dirty 4.0 KiB",
            "shared 8.0 KiB",
            "same as parent 20.0 KiB",
            "zero 80.0 KiB",
            "not in the image 320.0 KiB"),
        legend(page));
    List<String> mappings = rows(section(page, "mappings"));
    assertEquals(2, mappings.size());
    assertTrue(mappings.get(0).startsWith("7f0000000000-7f0000064000rw-p(anonymous)104.0 KiB"));
    assertTrue(mappings.get(1).endsWith("rw-s(shared)8.0 KiB32.0 KiB"), mappings.get(1));
  }

  @Test
  void showsThreadsAndTheTimeOfTheDump() throws Exception {
    Path image =
        image(
            (writer, mm) -> {
              writer.write(TaskImages.anonymous(BASE, 1));
              TaskImages.writePage(writer, mm, BASE, 1);
              writer.write(
                  new Statistics(
                      List.of(
                          new Statistics.Entry(ByteString.of("frozenNanos"), 30_000_000),
                          new Statistics.Entry(ByteString.of("phase.freezeNanos"), 20_000_000),
                          new Statistics.Entry(ByteString.of("phase.pagesNanos"), 15_000_000),
                          new Statistics.Entry(ByteString.of("phase.thawNanos"), 5_000_000))));
            });
    Document page = parse(report(image));
    Element time = section(page, "time");
    assertTrue(time.getTextContent().contains("frozen 30.0 ms"), time.getTextContent());
    NodeList bars = time.getElementsByTagName("rect");
    assertEquals(4, bars.getLength());
    Element frozen = (Element) bars.item(0);
    assertEquals("frozen", frozen.getAttribute("class"));
    double scale = (1000 - 130) / 40.0;
    assertEquals(130 + 10 * scale, Double.parseDouble(frozen.getAttribute("x")), 0.02);
    assertEquals(30 * scale, Double.parseDouble(frozen.getAttribute("width")), 0.02);
    List<String> threads = rows(section(page, "threads"));
    assertEquals(2, threads.size());
    assertTrue(threads.get(1).startsWith("900sleeper"), threads.get(1));
  }

  @Test
  void showsNamesAsTextWhateverTheyAre() throws Exception {
    ByteString name =
        ByteString.of(HOSTILE.replace("\ud800", "")).concat(ByteString.of(new byte[] {-1}));
    Path image =
        image(
            (writer, mm) -> {
              FileRef file = new FileRef(name, 1, 2, 0100644, 3, 4, ByteString.EMPTY, 0, 0, false);
              int objref = writer.writeShared(file);
              writer.write(
                  new Vma(BASE, BASE + PAGE, 3, 2, 0, 0, objref, name, VmaKind.FILE_PRIVATE));
              writer.write(
                  new Statistics(
                      List.of(
                          new Statistics.Entry(ByteString.of("phase.Nanos"), -1),
                          new Statistics.Entry(ByteString.of("phase.<b>Nanos"), Long.MAX_VALUE),
                          new Statistics.Entry(ByteString.of("phase.xNanos"), Long.MAX_VALUE))));
            });
    String page = report(image);
    Document parsed = parse(page);
    assertEquals(1, parsed.getElementsByTagName("script").getLength());
    assertEquals(0, parsed.getElementsByTagName("img").getLength());
    assertEquals(0, parsed.getElementsByTagName("b").getLength() - legend(parsed).size());
    assertFalse(page.contains("\u202e"), "text that turns text around");
    String shown = rows(section(parsed, "mappings")).get(0);
    assertTrue(shown.contains("</td><script>alert(1)</script>\"'><img src=x"), shown);
    assertTrue(shown.contains("\\u{0}\\u{202e}\\u{a}\ufffd"), shown);
  }

  @Test
  void loadsNothingAndRunsNothingElse() throws Exception {
    String page = report(image((writer, mm) -> writer.write(TaskImages.anonymous(BASE, 1))));
    Document parsed = parse(page);
    Element policy = (Element) parsed.getElementsByTagName("meta").item(1);
    assertEquals("Content-Security-Policy", policy.getAttribute("http-equiv"));
    String content = policy.getAttribute("content");
    assertTrue(content.startsWith("default-src 'none'; "), content);
    assertFalse(content.contains("unsafe"), content);
    for (String forbidden : List.of(" src=", " href=", "url(", "@import", " style=", " onload=")) {
      assertFalse(page.contains(forbidden), forbidden);
    }
    assertEquals(
        List.of("http://www.w3.org/2000/svg"),
        java.util.regex.Pattern.compile("https?://[^'\"]*")
            .matcher(page)
            .results()
            .map(java.util.regex.MatchResult::group)
            .distinct()
            .toList());
  }

  @Test
  void isReadableWithTenThousandMappings() throws Exception {
    Path image = manyMappings(10_000);
    String page = assertTimeoutPreemptively(Duration.ofSeconds(30), () -> report(image));
    assertTrue(page.length() < 12 << 20, page.length() + " characters");
    Document parsed = parse(page);
    assertEquals(10_000, rows(section(parsed, "mappings")).size());
    Element map = (Element) section(parsed, "map").getElementsByTagName("svg").item(0);
    double height = Double.parseDouble(map.getAttribute("viewBox").split(" ")[3]);
    assertTrue(height < 2000, "the picture is " + height + " high");
    assertTrue(map.getElementsByTagName("*").getLength() < 100, "few elements are drawn fast");
  }

  /** More than that are drawn together, and the table is cut. */
  @Test
  void isBoundedWithMoreMappings() throws Exception {
    String page = report(manyMappings(30_000));
    Document parsed = parse(page);
    assertEquals(20_000, rows(section(parsed, "mappings")).size());
    assertTrue(section(parsed, "mappings").getTextContent().contains("10,000 more rows left out"));
    Element map = (Element) section(parsed, "map").getElementsByTagName("svg").item(0);
    double height = Double.parseDouble(map.getAttribute("viewBox").split(" ")[3]);
    assertTrue(height < 2000, "the picture is " + height + " high");
  }

  private Path manyMappings(int nr) throws IOException {
    return image(
        (writer, mm) -> {
          for (int i = 0; i < nr; i++) {
            writer.write(TaskImages.anonymous(BASE + 3L * i * PAGE, 2));
          }
          for (int i = 0; i < nr; i += 256) {
            List<PageRun> runs = new ArrayList<>();
            for (int j = i; j < Math.min(nr, i + 256); j++) {
              runs.add(new PageRun(BASE + 3L * j * PAGE, 1, PageKind.DATA));
            }
            ByteBuffer pages = ByteBuffer.allocateDirect(runs.size() * PAGE);
            writer.writePages(new PageArray(mm, runs), pages);
          }
        });
  }

  /** Mappings of all there can be, and runs that cross them. */
  @Test
  void takesAMomentForHugeMappings() throws Exception {
    long nrPages = (1L << 45) / PAGE;
    Path image =
        image(
            (writer, mm) -> {
              int shmem =
                  writer.writeShared(
                      new Shmem(ShmemKind.ANON, ByteString.EMPTY, 1L << 46, 0, 0, 0));
              writer.write(TaskImages.anonymous(PAGE, nrPages));
              writer.write(TaskImages.vma(1L << 46, nrPages, shmem, 0, VmaKind.ANON_SHARED));
              List<PageRun> runs = new ArrayList<>();
              for (int i = 0; i < 100; i++) {
                runs.add(new PageRun(PAGE + ((long) i << 38), 1L << 26, PageKind.ZERO));
              }
              writer.writePages(new PageArray(mm, runs), ByteBuffer.allocateDirect(0));
              writer.writePages(new PageArray(shmem, runs), ByteBuffer.allocateDirect(0));
            });
    String page = assertTimeoutPreemptively(Duration.ofSeconds(30), () -> report(image));
    assertEquals(List.of("zero 50.0 TiB", "not in the image 14.0 TiB"), legend(parse(page)));
  }

  @Test
  void refusesMappingsOverEachOther() throws Exception {
    Path image =
        image(
            (writer, mm) -> {
              writer.write(TaskImages.anonymous(BASE, 3));
              writer.write(TaskImages.anonymous(BASE + PAGE, 3));
            });
    CorruptImageException e = assertThrows(CorruptImageException.class, () -> report(image));
    assertEquals("VMA", e.objectType());
  }

  @Test
  void noticesAllDamage() throws Exception {
    Path image =
        image(
            (writer, mm) -> {
              writer.write(TaskImages.anonymous(BASE, 30));
              TaskImages.writePage(writer, mm, BASE + 5 * PAGE, 'x');
            });
    byte[] whole = Files.readAllBytes(image);
    Random random = new Random(812);
    Path damaged = folder.resolve("damaged");
    for (int i = 0; i < 300; i++) {
      byte[] bytes = whole.clone();
      if (i % 2 == 0) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      } else {
        bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length));
      }
      Files.write(damaged, bytes);
      assertThrows(CkptException.class, () -> report(damaged));
    }
  }
}
