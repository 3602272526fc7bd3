package dev.ckpt.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A field or a parameter of type {@link RunningHelper}, into which every test gets a helper process
 * as it was when it was frozen:
 *
 * <pre>{@code
 * @Helper(command = {"redis-server", "--port", "{port}"}, warmUp = TenThousandKeys.class)
 * RunningHelper redis;
 * }</pre>
 *
 * <p>Where the same is said twice in a class, it is the same helper. The classes that are named
 * have a constructor without parameters.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.ANNOTATION_TYPE})
@ExtendWith(HelperExtension.class)
public @interface Helper {
  /** The program and its arguments; {@link FrozenHelper#command} says what may stand in them. */
  String[] command();

  /** Variables beside ours, each as {@code NAME=value}. */
  String[] environment() default {};

  /** A regular expression that a line of its output must match before it is ready. */
  String readyOutput() default "";

  /** A file that must be there before it is ready; a relative one in its own folder. */
  String readyFile() default "";

  /** Further conditions for it to be ready. */
  Class<? extends ReadyCondition>[] ready() default {};

  /** What brings it into the state that tests get it in, in this order. */
  Class<? extends WarmUp>[] warmUp() default {};

  /** How long it may take to be ready, milliseconds. */
  long patienceMillis() default 30_000;

  /** As {@link FrozenHelper.Builder#closingConnections}. */
  boolean closingConnections() default false;

  /** What is done where it cannot be frozen. */
  IfImpossible ifImpossible() default IfImpossible.RESTART;

  /** For how long it goes on. */
  Lifetime lifetime() default Lifetime.PER_METHOD;
}
