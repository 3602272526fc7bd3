package dev.ckpt.convert.kryo;

import dev.ckpt.convert.Source;
import dev.ckpt.convert.StreamFormat;
import dev.ckpt.convert.Target;
import dev.ckpt.format.ByteString;
import dev.ckpt.format.ImageReader;
import dev.ckpt.format.ImageWriter;
import dev.ckpt.format.record.ImageRecord;
import dev.ckpt.format.record.PageArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.List;
import java.util.Optional;

/** Images as Kryo objects. */
public final class KryoFormat implements StreamFormat {
  @Override
  public String name() {
    return "kryo";
  }

  @Override
  public List<String> suffixes() {
    return List.of(".kryo");
  }

  /** Has no use for a second file: the pages stand behind their page array. */
  @Override
  public boolean pagesBeside() {
    return false;
  }

  @Override
  public void fromImage(ImageReader image, Target target) throws IOException {
    KryoImageWriter.write(image, target.channel());
  }

  @Override
  public void toImage(Source source, ImageWriter image) throws IOException {
    try (KryoImageReader reader =
        new KryoImageReader(Channels.newInputStream(source.channel()), source.name())) {
      for (Optional<LoadedObject> next = reader.next(); next.isPresent(); next = reader.next()) {
        write(next.get(), reader, image);
      }
      try {
        image.finish();
      } catch (IllegalStateException e) {
        throw reader.invalid(e);
      }
    }
  }

  private static void write(LoadedObject object, KryoImageReader reader, ImageWriter image)
      throws IOException {
    image.reserveObjrefs(object.objref());
    try {
      if (object.content() instanceof UnknownObject unknown) {
        image.writeUnknown(unknown.type(), object.objref(), unknown.payload().asByteBuffer());
      } else if (object.content() instanceof PageArray array) {
        image.compressBy(object.codec());
        image.writePages(array, direct(object.pages()));
      } else {
        image.write(object.objref(), (ImageRecord) object.content());
      }
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw reader.invalid(e);
    }
  }

  /** NB: a descriptor takes direct buffers only. */
  private static ByteBuffer direct(ByteString pages) {
    return ByteBuffer.allocateDirect(pages.length()).put(pages.asByteBuffer()).flip();
  }
}
