package dev.ckpt.junit;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ReflectionSupport;

/** Fills what has a {@link Helper}. JUnit makes it, when it meets one. */
final class HelperExtension implements BeforeEachCallback, AfterEachCallback, ParameterResolver {
  private static final Namespace USED = Namespace.create(HelperExtension.class);

  @Override
  public void beforeEach(ExtensionContext context) throws IllegalAccessException {
    for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
      for (Field field : fields(instance.getClass())) {
        field.setAccessible(true);
        field.set(
            instance,
            helper(
                context,
                field.getAnnotation(Helper.class),
                field.isAnnotationPresent(Reuse.class)));
      }
    }
  }

  private static List<Field> fields(Class<?> type) {
    return ReflectionSupport.findFields(
        type, HelperExtension::isHelper, HierarchyTraversalMode.TOP_DOWN);
  }

  private static boolean isHelper(Field field) {
    if (!AnnotationSupport.isAnnotated(field, Helper.class)) {
      return false;
    }
    if (field.getType() != RunningHelper.class
        || Modifier.isStatic(field.getModifiers())
        || Modifier.isFinal(field.getModifiers())) {
      throw new ExtensionConfigurationException(
          "@Helper " + field + ": it must be a RunningHelper, neither static nor final");
    }
    return true;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.isAnnotated(Helper.class)
        && parameter.getParameter().getType() == RunningHelper.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Helper annotation = parameter.findAnnotation(Helper.class).orElseThrow();
    if (context.getTestMethod().isEmpty() && annotation.lifetime() != Lifetime.PER_CLASS) {
      throw new ParameterResolutionException(
          "@Helper "
              + parameter.getParameter()
              + ": here is no test yet; take a field, a parameter of the test, or PER_CLASS");
    }
    return helper(context, annotation, parameter.isAnnotated(Reuse.class));
  }

  private static RunningHelper helper(ExtensionContext context, Helper annotation, boolean reuse) {
    HelperSpec spec = AnnotatedSpecs.of(context, annotation, reuse);
    used(context).add(spec);
    return Leases.of(context, spec);
  }

  @SuppressWarnings("unchecked")
  private static List<HelperSpec> used(ExtensionContext context) {
    return context
        .getStore(USED)
        .getOrComputeIfAbsent("specs", key -> new ArrayList<HelperSpec>(), List.class);
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    for (HelperSpec spec : used(context).stream().distinct().toList()) {
      Leases.explain(context, spec);
    }
  }
}
