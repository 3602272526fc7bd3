package dev.ckpt.core.checkpoint.file;

import dev.ckpt.core.proc.SignalfdInfo;
import dev.ckpt.error.CkptException;
import dev.ckpt.format.record.FileSignalfd;

/** A signalfd. The signals that it would give wait in the queues of the task, not in it. */
final class Signalfd implements FileKind {
  @Override
  public int save(Files files, OpenFile file) throws CkptException {
    long mask = SignalfdInfo.of(file.info()).mask();
    return files.context().addTarget(new FileSignalfd(mask, file.flags()));
  }

  /** It gives whoever asks his own signals: ours to us. */
  @Override
  public boolean pollsAlike() {
    return false;
  }
}
