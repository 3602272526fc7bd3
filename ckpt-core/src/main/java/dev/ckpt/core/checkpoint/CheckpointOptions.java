package dev.ckpt.core.checkpoint;

import dev.ckpt.core.backend.Backends;
import dev.ckpt.core.kernel.TouchHook;
import dev.ckpt.core.thread.Pace;
import dev.ckpt.format.ImageKey;
import java.time.Duration;
import java.util.Optional;

/**
 * How to dump.
 *
 * @param pid the process
 * @param freezeTimeout how long to wait for its threads to stop
 * @param stop whether it is killed once the image is whole, never running again
 * @param backend name of the page reader, or {@link Backends#AUTO}
 * @param sync whether the image is on the disk before the dump counts as done
 * @param progress told about pages as they are written
 * @param tcp what becomes of TCP connections
 * @param extUnix whether unix connections to other processes are dumped as ones whose other end was
 *     closed, not refused
 * @param embed which named files are saved with their content
 * @param key what the image is sealed with, if it is
 * @param pace of copies that are made while the task runs
 * @param hook told about every call that touches the target
 */
public record CheckpointOptions(
    int pid,
    Duration freezeTimeout,
    boolean stop,
    String backend,
    boolean sync,
    Progress progress,
    TcpPolicy tcp,
    boolean extUnix,
    EmbedRule embed,
    Optional<ImageKey> key,
    Pace pace,
    TouchHook hook) {
  private static final Duration FREEZE_TIMEOUT = Duration.ofSeconds(5);

  /** What a plain {@code ckpt dump PID} does. */
  public static CheckpointOptions of(int pid) {
    return new CheckpointOptions(
        pid,
        FREEZE_TIMEOUT,
        false,
        Backends.AUTO,
        true,
        Progress.NONE,
        TcpPolicy.REFUSE,
        false,
        EmbedRule.TEMPORARY,
        Optional.empty(),
        Pace.NONE,
        TouchHook.NONE);
  }

  /** The same with another time-out. */
  public CheckpointOptions withFreezeTimeout(Duration timeout) {
    return new CheckpointOptions(
        pid, timeout, stop, backend, sync, progress, tcp, extUnix, embed, key, pace, hook);
  }

  /** The same, ending the task or not. */
  public CheckpointOptions withStop(boolean end) {
    return new CheckpointOptions(
        pid, freezeTimeout, end, backend, sync, progress, tcp, extUnix, embed, key, pace, hook);
  }

  /** The same with another page reader. */
  public CheckpointOptions withBackend(String name) {
    return new CheckpointOptions(
        pid, freezeTimeout, stop, name, sync, progress, tcp, extUnix, embed, key, pace, hook);
  }

  /** The same, waiting for the disk or not. */
  public CheckpointOptions withSync(boolean wait) {
    return new CheckpointOptions(
        pid, freezeTimeout, stop, backend, wait, progress, tcp, extUnix, embed, key, pace, hook);
  }

  /** The same with somebody who is told. */
  public CheckpointOptions withProgress(Progress listener) {
    return new CheckpointOptions(
        pid, freezeTimeout, stop, backend, sync, listener, tcp, extUnix, embed, key, pace, hook);
  }

  /** The same, with another policy for TCP connections. */
  public CheckpointOptions withTcp(TcpPolicy policy) {
    return new CheckpointOptions(
        pid, freezeTimeout, stop, backend, sync, progress, policy, extUnix, embed, key, pace, hook);
  }

  /** The same, dropping unix connections to other processes or refusing them. */
  public CheckpointOptions withExtUnix(boolean drop) {
    return new CheckpointOptions(
        pid, freezeTimeout, stop, backend, sync, progress, tcp, drop, embed, key, pace, hook);
  }

  /** The same, with other files embedded. */
  public CheckpointOptions withEmbed(EmbedRule rule) {
    return new CheckpointOptions(
        pid, freezeTimeout, stop, backend, sync, progress, tcp, extUnix, rule, key, pace, hook);
  }

  /** The same, sealed with a key that no other image has. */
  public CheckpointOptions withKey(ImageKey sealKey) {
    return new CheckpointOptions(
        pid,
        freezeTimeout,
        stop,
        backend,
        sync,
        progress,
        tcp,
        extUnix,
        embed,
        Optional.of(sealKey),
        pace,
        hook);
  }

  /** The same, copying no faster than that while the task runs. */
  public CheckpointOptions withPace(Pace limit) {
    return new CheckpointOptions(
        pid, freezeTimeout, stop, backend, sync, progress, tcp, extUnix, embed, key, limit, hook);
  }

  /** The same with a hook on the calls that touch the target. */
  public CheckpointOptions withHook(TouchHook touchHook) {
    return new CheckpointOptions(
        pid,
        freezeTimeout,
        stop,
        backend,
        sync,
        progress,
        tcp,
        extUnix,
        embed,
        key,
        pace,
        touchHook);
  }
}
