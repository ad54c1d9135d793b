package dev.gatun.nativelib;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatun.nativelib.bindings.Gatun;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The committed bindings are those of the header; when this fails, run {@code
 * scripts/jextract-bindings}.
 */
class BindingsTest {
  private final Header header = Header.read();

  @Test
  void theHeaderIsUnderstood() {
    assertThat(header.functions().size()).isGreaterThan(40);
    assertThat(header.functions())
        .extracting(Header.Function::name)
        .contains("gatun_abi_version", "gatun_adam");
    assertThat(header.structs()).containsKeys("gatun_tensor", "gatun_window", "gatun_fault_info");
    assertThat(header.constants()).containsEntry("GATUN_OK", 0L).containsEntry("GATUN_BOOL", 9L);
  }

  @Test
  void constants() throws ReflectiveOperationException {
    List<String> names =
        Arrays.stream(Gatun.class.getMethods())
            .map(Method::getName)
            .filter(n -> n.startsWith("GATUN_"))
            .toList();
    assertThat(names).containsExactlyInAnyOrderElementsOf(header.constants().keySet());
    for (String name : names) {
      Object value = Gatun.class.getMethod(name).invoke(null);
      assertThat(((Number) value).longValue()).as(name).isEqualTo(header.constants().get(name));
    }
  }

  @Test
  void descriptors() throws ReflectiveOperationException {
    String suffix = "$descriptor";
    assertThat(
            Arrays.stream(Gatun.class.getMethods())
                .map(Method::getName)
                .filter(n -> n.endsWith(suffix)))
        .containsExactlyInAnyOrderElementsOf(
            header.functions().stream().map(f -> f.name() + suffix).toList());
    for (Header.Function function : header.functions()) {
      var expected =
          FunctionDescriptor.of(
              scalar(function.returns()),
              function.parameters().stream()
                  .map(p -> scalar(p.type()))
                  .toArray(MemoryLayout[]::new));
      assertThat(Gatun.class.getMethod(function.name() + suffix).invoke(null))
          .as(function.name())
          .isEqualTo(expected);
    }
  }

  @Test
  void structs() throws ReflectiveOperationException {
    for (String name : header.structs().keySet()) {
      Class<?> bound = Class.forName(Gatun.class.getPackageName() + "." + name);
      assertThat(bound.getMethod("layout").invoke(null)).as(name).isEqualTo(layout(name));
    }
  }

  @Test
  void methodsOfAbi() {
    List<Method> methods =
        Stream.of(Abi.class.getDeclaredMethods())
            .filter(m -> Modifier.isPublic(m.getModifiers()))
            .toList();
    assertThat(methods.stream().map(BindingsTest::signature))
        .containsExactlyInAnyOrderElementsOf(
            header.functions().stream().map(BindingsTest::signature).toList());
  }

  private static String signature(Method method) {
    var parameters = new ArrayList<String>();
    for (var parameter : method.getParameters()) {
      parameters.add(parameter.getType().getSimpleName() + " " + parameter.getName());
    }
    return method.getReturnType().getSimpleName() + " " + method.getName() + parameters;
  }

  private static String signature(Header.Function function) {
    String returns = function.returns().equals("char *") ? "String" : javaType(function.returns());
    return returns
        + " "
        + function.javaName()
        + function.parameters().stream()
            .map(p -> javaType(p.type()) + " " + Header.camelCase(p.name()))
            .toList();
  }

  private static String javaType(String type) {
    return type.endsWith("*")
        ? MemorySegment.class.getSimpleName()
        : switch (type) {
          case "int32_t" -> "int";
          case "int64_t", "uint64_t" -> "long";
          case "float", "double" -> type.toLowerCase(Locale.ROOT);
          default -> throw new IllegalStateException("no Java type for " + type);
        };
  }

  private static MemoryLayout scalar(String type) {
    return type.endsWith("*")
        ? Gatun.C_POINTER
        : switch (type) {
          case "char" -> Gatun.C_CHAR;
          case "int32_t" -> Gatun.C_INT;
          case "int64_t", "uint64_t" -> Gatun.C_LONG;
          case "float" -> Gatun.C_FLOAT;
          case "double" -> Gatun.C_DOUBLE;
          default -> throw new IllegalStateException("no layout for " + type);
        };
  }

  /**
   * By C's rules: every field at the next multiple of its alignment, the whole a multiple of the
   * greatest.
   */
  private GroupLayout layout(String struct) {
    var members = new ArrayList<MemoryLayout>();
    long offset = 0;
    long alignment = 1;
    for (Header.Variable field : header.structs().get(struct)) {
      MemoryLayout element = scalar(field.type());
      MemoryLayout member =
          field.length() == 0 ? element : MemoryLayout.sequenceLayout(field.length(), element);
      offset += pad(members, offset, element.byteAlignment());
      alignment = Math.max(alignment, element.byteAlignment());
      members.add(member.withName(field.name()));
      offset += member.byteSize();
    }
    pad(members, offset, alignment);
    return MemoryLayout.structLayout(members.toArray(MemoryLayout[]::new)).withName(struct);
  }

  private static long pad(List<MemoryLayout> members, long offset, long alignment) {
    long padding = (alignment - offset % alignment) % alignment;
    if (padding > 0) {
      members.add(MemoryLayout.paddingLayout(padding));
    }
    return padding;
  }
}
