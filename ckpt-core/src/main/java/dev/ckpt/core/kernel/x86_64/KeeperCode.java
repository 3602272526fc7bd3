package dev.ckpt.core.kernel.x86_64;

import java.util.HexFormat;

/**
 * The code of a {@link dev.ckpt.core.kernel.Keeper}. It is entered with the address of its
 * arguments in rdi, on a stack of its own, with signals blocked; it ends in execve(2).
 *
 * <p>Arguments, by offset: 0 a pollfd of what is awaited, 8 path, 16 argv, 24 envp, 32 (u32) up to
 * which number it looks for userfaultfds, 40 zeros (24 bytes), 64 more descriptors to be kept, as
 * u32, up to -1.
 *
 * <p>NB: a userfaultfd that is in use answers UFFDIO_API with EINVAL, all else with ENOTTY: so it
 * finds those that a fork has made, of which nobody may have written down the number yet.
 */
public final class KeeperCode {
  /** Offset of the pollfd. */
  public static final int POLLFD = 0;

  /** Offset of the address of the program's path. */
  public static final int PATH = 8;

  /** Offset of the address of its arguments. */
  public static final int ARGV = 16;

  /** Offset of the address of its environment. */
  public static final int ENVP = 24;

  /** Offset of the number that it looks for userfaultfds below. */
  public static final int NR_FDS = 32;

  /** Offset of the list of descriptors to be kept. */
  public static final int KEPT = 64;

  private static final String[] CODE = {
    "48 89 fb", // mov rbx,rdi
    "b8 70 00 00 00", // mov eax,0x70 (setsid)
    "0f 05", // syscall
    // await:
    "b8 07 00 00 00", // mov eax,0x7 (poll)
    "48 89 df", // mov rdi,rbx
    "be 01 00 00 00", // mov esi,0x1
    "ba ff ff ff ff", // mov edx,-1
    "0f 05", // syscall
    "85 c0", // test eax,eax
    "7e e8", // jle await
    "b8 b4 01 00 00", // mov eax,0x1b4 (close_range)
    "bf 03 00 00 00", // mov edi,0x3
    "be ff ff ff ff", // mov esi,-1
    "ba 04 00 00 00", // mov edx,0x4 (CLOSE_RANGE_CLOEXEC)
    "0f 05", // syscall
    "bd 03 00 00 00", // mov ebp,0x3
    // each:
    "b8 10 00 00 00", // mov eax,0x10 (ioctl)
    "89 ef", // mov edi,ebp
    "be 3f aa 18 c0", // mov esi,0xc018aa3f (UFFDIO_API)
    "48 8d 53 28", // lea rdx,[rbx+0x28]
    "0f 05", // syscall
    "83 f8 ea", // cmp eax,-22 (EINVAL)
    "75 10", // jne next
    "b8 48 00 00 00", // mov eax,0x48 (fcntl)
    "89 ef", // mov edi,ebp
    "be 02 00 00 00", // mov esi,0x2 (F_SETFD)
    "31 d2", // xor edx,edx
    "0f 05", // syscall
    // next:
    "ff c5", // inc ebp
    "3b 6b 20", // cmp ebp,[rbx+0x20]
    "72 d2", // jb each
    "48 8d 6b 40", // lea rbp,[rbx+0x40]
    // keep:
    "8b 7d 00", // mov edi,[rbp]
    "85 ff", // test edi,edi
    "78 14", // js become
    "b8 48 00 00 00", // mov eax,0x48 (fcntl)
    "be 02 00 00 00", // mov esi,0x2 (F_SETFD)
    "31 d2", // xor edx,edx
    "0f 05", // syscall
    "48 83 c5 04", // add rbp,4
    "eb e5", // jmp keep
    // become:
    "b8 0e 00 00 00", // mov eax,0xe (rt_sigprocmask)
    "bf 02 00 00 00", // mov edi,0x2 (SIG_SETMASK)
    "48 8d 73 28", // lea rsi,[rbx+0x28]
    "31 d2", // xor edx,edx
    "41 ba 08 00 00 00", // mov r10d,0x8
    "0f 05", // syscall
    "b8 3b 00 00 00", // mov eax,0x3b (execve)
    "48 8b 7b 08", // mov rdi,[rbx+0x8]
    "48 8b 73 10", // mov rsi,[rbx+0x10]
    "48 8b 53 18", // mov rdx,[rbx+0x18]
    "0f 05", // syscall
    "b8 e7 00 00 00", // mov eax,0xe7 (exit_group)
    "bf 7f 00 00 00", // mov edi,0x7f
    "0f 05", // syscall
  };

  private KeeperCode() {}

  /** The code, which may stand anywhere. */
  public static byte[] bytes() {
    return HexFormat.of().parseHex(String.join("", CODE).replace(" ", ""));
  }
}
