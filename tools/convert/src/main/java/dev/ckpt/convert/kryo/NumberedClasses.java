package dev.ckpt.convert.kryo;

import com.esotericsoftware.kryo.kryo5.KryoException;
import com.esotericsoftware.kryo.kryo5.Registration;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.util.DefaultClassResolver;

/**
 * Classes by their numbers alone. NB: the usual one loads a class that is named in a file, and only
 * then finds that it is not registered.
 */
final class NumberedClasses extends DefaultClassResolver {
  @Override
  protected Registration readName(Input in) {
    throw new KryoException("a class by its name");
  }
}
