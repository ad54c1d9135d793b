package dev.gatun.tensor.conformance;

import dev.gatun.tensor.DType;
import dev.gatun.tensor.op.BinaryScalar;
import dev.gatun.tensor.op.Composite;
import dev.gatun.tensor.op.Op;
import dev.gatun.tensor.op.Primitive;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/** Renders {@link OpSpec#all()} as the page {@code docs/ops.md}. Stateless. */
final class OpsTable {
  private OpsTable() {}

  static String render() {
    StringBuilder page = new StringBuilder();
    page.append(
        """
        # Operations

        Made from the registry of the conformance suite (`OpSpec.all()` in tensor-core's tests); \
        a test fails when this page is out of date. To write it anew:

            mvn -q -Dquick -pl tensor-core test -Dtest=OpsTableTest -Dgatun.docs.write=true

        Primitives are what every backend must have, composites are decomposed where a backend has \
        no fused kernel. "Gradient" says whether autograd has a rule, which may be zero. The ONNX \
        name is that of the operator or of the nearest one.
        """);
    section(page, "Functions of one operand", OpsTable::unary);
    section(page, "Functions of two operands", OpsTable::binary);
    page.append(
        """

        `BinaryScalar` is the composite form of these with a number in place of one operand.
        """);
    section(page, "Other primitives", op -> op instanceof Primitive && !unary(op) && !binary(op));
    section(page, "Composites", op -> op instanceof Composite && !(op instanceof BinaryScalar));
    return page.toString();
  }

  private static boolean unary(Op op) {
    return op instanceof Primitive.Unary;
  }

  private static boolean binary(Op op) {
    return op instanceof Primitive.Binary;
  }

  private static void section(StringBuilder page, String title, Predicate<Op> members) {
    List<OpSpec> specs = OpSpec.all().stream().filter(s -> members.test(op(s))).toList();
    page.append("\n## ").append(title).append("\n\n");
    page.append("| op | dtypes | gradient | ONNX |\n| --- | --- | --- | --- |\n");
    for (OpSpec s : specs) {
      String name = s.key().replaceFirst("^(Unary|Binary) ", "");
      page.append("| ").append(name);
      page.append(" | ").append(dtypes(s.dtypes()));
      page.append(" | ").append(s.differentiable() ? "yes" : "");
      page.append(" | ").append(s.onnx()).append(" |\n");
    }
  }

  private static Op op(OpSpec spec) {
    Sample sample = spec.samples().getFirst();
    return sample
        .op()
        .apply(spec.dtypes().stream().filter(sample::takes).findFirst().orElseThrow());
  }

  private static String dtypes(Set<DType> set) {
    if (set.equals(OpSpec.ALL)) {
      return "all";
    }
    if (set.equals(OpSpec.NUMBERS)) {
      return "floats, integers";
    }
    if (set.equals(OpSpec.FLOATS)) {
      return "floats";
    }
    if (set.equals(OpSpec.INTEGERS)) {
      return "integers";
    }
    if (set.equals(OpSpec.BITS)) {
      return "integers, bool";
    }
    return String.join(", ", new TreeSet<>(set).stream().map(DType::toString).toList());
  }
}
