package dev.ckpt.tests;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ckpt.core.tracee.Vdso;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.Mm;
import dev.ckpt.format.record.VdsoImage;
import dev.ckpt.format.record.Vma;
import dev.ckpt.format.record.VmaKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** An image as it would be from another kernel: its vdso is not that of this one. */
final class ChangedVdso {
  private ChangedVdso() {}

  /** Writes a copy of an image whose vdso is this. */
  static Path of(Path image, Path copy, byte[] vdso) throws IOException {
    return ChangedImage.of(image, copy, content -> changed(content, vdso));
  }

  /** This kernel's, as another build of the same sources would have it: its build id differs. */
  static byte[] ofAnotherBuild(int nr) throws IOException {
    byte[] vdso = Vdso.ownContent();
    vdso[new String(vdso, ISO_8859_1).indexOf("GNU\0") + 4] += nr;
    return vdso;
  }

  static ImageRecord changed(ImageRecord content, byte[] vdso) {
    if (content instanceof VdsoImage) {
      return new VdsoImage(ByteString.of(vdso));
    }
    if (content instanceof Mm) {
      return with((Mm) content, vdso);
    }
    if (content instanceof Vma && ((Vma) content).kind() == VmaKind.VDSO) {
      Vma vma = (Vma) content;
      return new Vma(
          vma.start(),
          vma.start() + vdso.length,
          vma.prot(),
          vma.mapFlags(),
          vma.vmFlags(),
          vma.pgoffBytes(),
          vma.backing(),
          vma.name(),
          vma.kind());
    }
    return content;
  }

  private static Mm with(Mm mm, byte[] vdso) {
    CRC32C crc = new CRC32C();
    crc.update(vdso);
    return new Mm(
        mm.startCode(),
        mm.endCode(),
        mm.startData(),
        mm.endData(),
        mm.startBrk(),
        mm.brk(),
        mm.startStack(),
        mm.argStart(),
        mm.argEnd(),
        mm.envStart(),
        mm.envEnd(),
        mm.auxv(),
        mm.exeFile(),
        mm.vdsoStart(),
        mm.vdsoStart() + vdso.length,
        mm.vvarStart(),
        (int) crc.getValue(),
        mm.coredumpFilter(),
        mm.lockFuture());
  }
}
