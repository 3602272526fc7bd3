package dev.ckpt.convert.criu;

import dev.ckpt.convert.FolderFormat;
import dev.ckpt.convert.InputFolder;
import dev.ckpt.convert.Losses;
import dev.ckpt.convert.OutputFolder;
import dev.ckpt.error.CkptException;
import dev.ckpt.error.FailureCode;
import dev.ckpt.format.ImageState;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.PageStream;
import dev.ckpt.format.record.PreDump;
import java.io.IOException;
import java.util.List;

/** Folders as CRIU 4.2 writes and reads them. */
public final class CriuFormat implements FolderFormat {
  @Override
  public String name() {
    return "criu";
  }

  @Override
  public List<String> suffixes() {
    return List.of(".criu");
  }

  @Override
  public boolean isThis(InputFolder folder) throws IOException {
    return folder.has(ImgKind.INVENTORY.file());
  }

  @Override
  public void fromImage(ImageState state, PageStream pages, OutputFolder folder, Losses losses)
      throws IOException {
    if (!state.all(PreDump.class).isEmpty()) {
      throw new CkptException(
          FailureCode.CONVERT_LOSS,
          "the image is of a pre-dump, whose pages are of many moments: convert one that builds on"
              + " it");
    }
    new CriuWriter(state, folder, losses).write(pages);
  }

  @Override
  public void toImage(InputFolder folder, ImageWriter image, Losses losses) throws IOException {
    new CriuReader(folder, losses).write(image);
  }
}
