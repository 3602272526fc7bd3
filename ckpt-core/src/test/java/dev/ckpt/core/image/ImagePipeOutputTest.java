package dev.ckpt.core.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.ckpt.core.kernel.Fd;
import dev.ckpt.core.kernel.PipePair;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ImagePipeOutputTest {
  @Test
  void sendsTheBytesAndThenTheEnd() throws Exception {
    try (PipePair pipe = PipePair.open(0);
        ImagePipeOutput output = new ImagePipeOutput(new Fd(pipe.writeEnd().release()))) {
      ByteBuffer bytes = ByteBuffer.allocateDirect(3).put(new byte[] {1, 2, 3}).flip();
      assertEquals(3, output.channel().write(bytes));
      output.publish();
      output.sync();
      output.close();
      assertArrayEquals(new byte[] {1, 2, 3}, pipe.read(10));
      assertArrayEquals(new byte[0], pipe.read(10), "nobody has the other end any more");
    }
  }
}
