package dev.gatun.tensor.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class OpsTableTest {
  private static final Path PAGE = Path.of("..", "docs", "ops.md"); // from the module's folder

  @Test
  void theTableOfOpsIsUpToDate() throws IOException {
    if (Boolean.getBoolean("gatun.docs.write")) {
      Files.writeString(PAGE, OpsTable.render());
    }
    assertThat(PAGE).as("docs/ops.md; the page says how to write it anew").exists();
    assertThat(Files.readString(PAGE)).isEqualTo(OpsTable.render());
  }
}
