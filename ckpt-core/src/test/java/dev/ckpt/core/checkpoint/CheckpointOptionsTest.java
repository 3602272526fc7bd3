package dev.ckpt.core.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.error.UnsupportedStateException;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.thread.Pace;
import dev.ckpt.error.RefusalCode;
import dev.ckpt.format.ImageKey;
import dev.ckpt.format.SealSecret;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CheckpointOptionsTest {
  @Test
  void eachChangeIsOneChange() {
    CheckpointOptions plain = CheckpointOptions.of(812);
    assertEquals(
        new CheckpointOptions(
            812,
            Duration.ofSeconds(5),
            false,
            Backends.AUTO,
            true,
            Progress.NONE,
            TcpPolicy.REFUSE,
            false,
            EmbedRule.TEMPORARY,
            Optional.empty(),
            Pace.NONE,
            TouchHook.NONE),
        plain);
    SealSecret secret = SealSecret.ofKeyFile(new byte[32]);
    ImageKey key = secret.newKey();
    Progress progress = (done, total) -> {};
    TouchHook hook =
        new TouchHook() {
          @Override
          public void before(String call) {}

          @Override
          public void after(String call) {}
        };
    Pace pace = Pace.of(1000);
    Duration minute = Duration.ofMinutes(1);
    assertEquals(
        new CheckpointOptions(
            812,
            minute,
            true,
            "vm-readv",
            false,
            progress,
            TcpPolicy.CLOSE,
            true,
            EmbedRule.NONE,
            Optional.of(key),
            pace,
            hook),
        plain
            .withFreezeTimeout(minute)
            .withStop(true)
            .withBackend("vm-readv")
            .withSync(false)
            .withProgress(progress)
            .withTcp(TcpPolicy.CLOSE)
            .withExtUnix(true)
            .withEmbed(EmbedRule.NONE)
            .withKey(key)
            .withPace(pace)
            .withHook(hook));
    secret.close();
    assertEquals(plain, plain.withStop(true).withStop(false));
    assertEquals(plain, plain.withFreezeTimeout(minute).withFreezeTimeout(plain.freezeTimeout()));
  }

  @Test
  void everyRefusalIsSaidAtOnce() throws UnsupportedStateException {
    Refusals refusals = new Refusals(812);
    refusals.addIf(false, RefusalCode.ROOT, "is not so", "nothing");
    refusals.check();
    refusals.add(RefusalCode.FD_SOCKET, "fd 5", "close it");
    refusals.addIf(true, RefusalCode.SECCOMP, "runs under seccomp", "start it without");
    UnsupportedStateException e = assertThrows(UnsupportedStateException.class, refusals::check);
    assertEquals(refusals.list(), e.refusals());
    assertEquals(
        List.of("[pid 812] fd 5", "[pid 812] runs under seccomp"),
        refusals.list().stream().map(refusal -> refusal.object()).toList());
  }
}
