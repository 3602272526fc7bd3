package dev.ckpt.core.tracee.x86_64;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ckpt.core.tracee.Vdso;
import dev.ckpt.error.CkptException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoopCodeTest {
  private static final int DISTANCE_BYTES = 4;
  private static final Pattern DISASSEMBLED =
      Pattern.compile("\\s*([0-9a-f]+):\\t([0-9a-f ]+?)\\s*\\t(.*)");
  private static final Map<String, Integer> INDEX = registers();

  /** One line of the listing; the bytes are those before a distance that is filled in later. */
  private record Line(int offset, String hex, String mnemonic) {
    int opcodeBytes() {
      return hex.split(" ").length;
    }

    boolean isJump() {
      return List.of("jb", "je", "jne", "jmp").contains(mnemonic);
    }
  }

  private static Map<String, Integer> registers() {
    Map<String, Integer> index = new HashMap<>();
    index.put("rax", UserRegs.RAX);
    index.put("rbx", UserRegs.RBX);
    index.put("rcx", UserRegs.RCX);
    index.put("rdx", UserRegs.RDX);
    index.put("rsi", UserRegs.RSI);
    index.put("rdi", UserRegs.RDI);
    index.put("rbp", UserRegs.RBP);
    index.put("rsp", UserRegs.RSP);
    index.put("r8", UserRegs.R8);
    index.put("r9", UserRegs.R9);
    index.put("r10", UserRegs.R10);
    index.put("r11", UserRegs.R11);
    index.put("r12", UserRegs.R12);
    index.put("r13", UserRegs.R13);
    index.put("r14", UserRegs.R14);
    index.put("r15", UserRegs.R15);
    return index;
  }

  private static List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    for (String line : LoopCode.listing()) {
      String[] columns = line.split("\t");
      lines.add(new Line(Integer.parseInt(columns[0]), columns[1], columns[2]));
    }
    return lines;
  }

  private static byte[] code() {
    return new LoopCode().toByteArray();
  }

  private static int literalsStart() {
    Line last = lines().get(lines().size() - 1);
    return last.offset() + last.opcodeBytes() + DISTANCE_BYTES;
  }

  /** Where an instruction with a distance leads to; nothing else has room before the next line. */
  private static Map<Line, Integer> targets(byte[] code) {
    ByteBuffer bytes = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
    Map<Line, Integer> targets = new java.util.LinkedHashMap<>();
    List<Line> lines = lines();
    for (int i = 0; i < lines.size(); i++) {
      Line line = lines.get(i);
      int end = line.offset() + line.opcodeBytes();
      int next = i + 1 < lines.size() ? lines.get(i + 1).offset() : literalsStart();
      if (next != end) {
        assertEquals(DISTANCE_BYTES, next - end, line.toString());
        targets.put(line, next + bytes.getInt(end));
      }
    }
    return targets;
  }

  @Test
  void beginsWithItsMagic() {
    assertArrayEquals("ckptloop".getBytes(UTF_8), LoopCode.magic());
    assertArrayEquals(LoopCode.magic(), Arrays.copyOf(code(), 8));
    assertEquals(8, lines().get(0).offset());
    assertEquals(LoopCode.size(), code().length);
  }

  @Test
  void fitsIntoTheTailOfAVdso() throws CkptException {
    assertTrue(LoopCode.size() < 1000, "size " + LoopCode.size());
    byte[] vdso = Vdso.ownContent();
    assumeTrue(vdso.length > 0, "no vdso");
    int at = (vdso.length - LoopCode.size()) & -16;
    for (int i = at; i < vdso.length; i++) {
      assertEquals(0, vdso[i], "byte " + i);
    }
  }

  @Test
  void listedBytesStandAtTheirOffsets() {
    byte[] code = code();
    for (Line line : lines()) {
      String[] hex = line.hex().split(" ");
      for (int i = 0; i < hex.length; i++) {
        assertEquals(Integer.parseInt(hex[i], 16), code[line.offset() + i] & 0xff, line.toString());
      }
    }
  }

  @Test
  void jumpsLandOnInstructionsAndLiteralsLieBehindThem() {
    List<Integer> starts = lines().stream().map(Line::offset).toList();
    Map<Line, Integer> targets = targets(code());
    assertFalse(targets.isEmpty());
    targets.forEach(
        (line, target) -> {
          if (line.isJump()) {
            assertTrue(starts.contains(target), line + " leads to " + target);
          } else {
            boolean dword = line.mnemonic().contains("DWORD");
            int bytes = dword ? Integer.BYTES : Long.BYTES;
            assertTrue(target >= literalsStart(), line + " reads code");
            assertTrue(target + bytes <= LoopCode.size(), line + " reads behind the literals");
            assertEquals(0, target % bytes, line + " is not aligned");
          }
        });
    assertEquals(
        lines().stream().filter(Line::isJump).count(),
        targets.keySet().stream().filter(Line::isJump).count(),
        "a jump without a distance");
  }

  @Test
  void entryPointsAreWhereTheTracerNeedsThem() {
    Map<Integer, Line> at = new TreeMap<>();
    lines().forEach(line -> at.put(line.offset(), line));
    assertEquals("syscall", at.get(LoopCode.firstOffset()).mnemonic());
    assertEquals("test ebp,ebp", at.get(LoopCode.loopOffset()).mnemonic());
    // A thread that has sent itself the signal is stopped behind its syscall instruction.
    assertEquals("syscall", at.get(LoopCode.raisedOffset() - 2).mnemonic());
  }

  @Test
  void readsBackTheWayHomeThatItLeft() {
    UserRegs regs = new UserRegs(new long[UserRegs.WORDS]);
    for (int i = 0; i < UserRegs.WORDS; i++) {
      regs = regs.with(i, 0x1111_1111_1111L * (i + 1));
    }
    byte[] left = new LoopCode().stopWith(812, 23).home(regs, 0x4321).toByteArray();
    LoopCode found = LoopCode.left(left).orElseThrow();

    assertEquals(23, found.stopSignal());
    assertEquals(0x4321, found.homeMask());
    assertEquals(regs.with(UserRegs.ORIG_RAX, -1), found.homeRegs(regs.with(UserRegs.RIP, 1)));
  }

  @Test
  void knowsOnlyItsOwnCode() {
    byte[] left = new LoopCode().toByteArray();
    assertTrue(LoopCode.left(Arrays.copyOf(left, left.length - 1)).isEmpty());
    left[LoopCode.loopOffset()]++;
    assertTrue(LoopCode.left(left).isEmpty());
  }

  @Test
  void onlyLoadsRegistersBehindItsLastCall() {
    List<String> last =
        lines().stream()
            .filter(line -> line.offset() >= LoopCode.unmaskedOffset())
            .map(line -> line.mnemonic().split(" ")[0])
            .distinct()
            .toList();
    assertEquals(List.of("mov", "jmp"), last);
  }

  @Test
  void neverTouchesTheStack() {
    for (Line line : lines()) {
      String word = line.mnemonic().split(" ")[0];
      assertFalse(
          List.of("push", "call", "ret", "enter", "leave", "pushf").contains(word),
          line.toString());
    }
    assertEquals(1, lines().stream().filter(line -> line.mnemonic().equals("popf")).count());
  }

  @Test
  void nothingChangesTheFlagsAfterTheyAreHome() {
    List<String> words = lines().stream().map(line -> line.mnemonic().split(" ")[0]).toList();
    int popf = words.indexOf("popf");
    assertTrue(popf > 0);
    for (String word : words.subList(popf + 1, words.size())) {
      assertTrue(List.of("mov", "lea", "syscall", "jmp").contains(word), word);
    }
  }

  @Test
  void comesHomeWithEveryRegister() {
    long[] words = new long[UserRegs.WORDS];
    for (int i = 0; i < words.length; i++) {
      words[i] = 0x1122_3344_5566_0000L + i;
    }
    UserRegs regs = new UserRegs(words);
    byte[] code = new LoopCode().stopWith(4711, 23).home(regs, 0x123456789aL).toByteArray();
    ByteBuffer bytes = ByteBuffer.wrap(code).order(ByteOrder.LITTLE_ENDIAN);
    List<Integer> restored = new ArrayList<>();
    List<Long> masks = new ArrayList<>();
    targets(code)
        .forEach(
            (line, at) -> {
              String name = line.mnemonic();
              Matcher load = Pattern.compile("mov (r\\w+),QWORD PTR").matcher(name);
              if (load.matches()) {
                int register = INDEX.get(load.group(1));
                assertEquals(regs.get(register), bytes.getLong(at), name);
                restored.add(register);
              } else if (name.equals("jmp QWORD PTR")) {
                assertEquals(regs.ip(), bytes.getLong(at));
              } else if (name.equals("lea rsp,")) {
                assertEquals(regs.get(UserRegs.EFLAGS), bytes.getLong(at));
              } else if (name.equals("lea rsi,")) {
                masks.add(bytes.getLong(at));
              } else if (name.equals("mov edi,DWORD PTR")) {
                assertEquals(4711, bytes.getInt(at));
              } else if (name.equals("mov edx,DWORD PTR")) {
                assertEquals(23, bytes.getInt(at));
              } else {
                assertTrue(line.isJump(), name);
              }
            });
    assertEquals(List.of(-1L, 0x123456789aL), masks);
    assertEquals(INDEX.values().stream().sorted().toList(), restored.stream().sorted().toList());
    assertEquals("jmp QWORD PTR", lines().get(lines().size() - 1).mnemonic());
  }

  @Test
  void copiesDoNotShareTheirLiterals() {
    byte[] clean = code();
    byte[] filled = new LoopCode().stopWith(1, 2).toByteArray();
    assertFalse(Arrays.equals(clean, filled));
    assertArrayEquals(clean, code());
  }

  @Test
  void disassemblesToItsListing(@TempDir Path folder) throws Exception {
    Map<Integer, String[]> found = disassemble(folder);
    List<Line> lines = lines();
    assertEquals(
        lines.stream().map(Line::offset).toList(), List.copyOf(found.keySet()), "instructions");
    Map<Line, Integer> targets = targets(code());
    for (Line line : lines) {
      String[] actual = found.get(line.offset());
      assertTrue(actual[0].startsWith(line.hex()), line + " is " + actual[0]);
      String text = actual[1];
      Integer target = targets.get(line);
      if (target == null) {
        assertEquals(line.mnemonic(), text);
      } else if (line.isJump()) {
        assertEquals(line.mnemonic() + " 0x" + Integer.toHexString(target), text);
      } else {
        // mov rax,QWORD PTR [rip+0x2a] # 0x1f0
        assertTrue(text.startsWith(line.mnemonic()), line + " is " + text);
        assertTrue(text.endsWith("# 0x" + Integer.toHexString(target)), line + " is " + text);
      }
    }
  }

  private static Map<Integer, String[]> disassemble(Path folder) throws Exception {
    Path file = folder.resolve("code");
    Files.write(file, code());
    Process objdump;
    try {
      objdump =
          new ProcessBuilder(
                  "objdump",
                  "-D",
                  "-w",
                  "-b",
                  "binary",
                  "-m",
                  "i386:x86-64",
                  "-M",
                  "intel",
                  "--start-address=8",
                  "--stop-address=" + literalsStart(),
                  file.toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      assumeTrue(false, "no objdump: " + e.getMessage());
      throw e;
    }
    String output = new String(objdump.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, objdump.waitFor(), output);
    Map<Integer, String[]> found = new TreeMap<>();
    for (String line : output.split("\n")) {
      Matcher matcher = DISASSEMBLED.matcher(line);
      if (matcher.matches()) {
        String text = matcher.group(3).strip().replaceAll("\\s+", " ");
        found.put(
            Integer.parseInt(matcher.group(1), 16), new String[] {matcher.group(2).strip(), text});
      }
    }
    return found;
  }
}
