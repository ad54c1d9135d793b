package dev.gatun.ai.testkit.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaSampleTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"type":"string"} | "sample value"
          {"type":"STRING"} | "sample value"
          {"type":["null","integer"]} | 1
          {"type":"integer","minimum":5} | 5
          {"type":"integer","exclusiveMinimum":5} | 6
          {"type":"integer","maximum":-3} | -3
          {"type":"number"} | 1.5
          {"type":"number","multipleOf":4} | 4
          {"type":"boolean"} | true
          {"type":"null"} | null
          {"const":"x"} | "x"
          {"enum":["a","b"]} | "a"
          {"type":"string","minLength":15} | "sample valuexxx"
          {"type":"string","maxLength":3} | "sam"
          {"type":"string","format":"date"} | "2026-01-02"
          {"type":"array","items":{"type":"integer"},"minItems":2} | [1,1]
          {"type":"array","items":{"type":"integer"},"maxItems":0} | []
          {"properties":{"a":{"type":"integer"},"b":{"type":"array","items":{"type":"string"}}}} | {"a":1,"b":["sample b"]}
          {"anyOf":[{"type":"null"},{"type":"integer"}]} | 1
          {"allOf":[{"properties":{"a":{"const":1}}},{"properties":{"b":{"const":2}}}]} | {"a":1,"b":2}
          {"$ref":"#/$defs/x","$defs":{"x":{"type":"boolean"}}} | true
          {"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"boolean"}}} | true
          """)
  void aValueOfTheSchema(String schema, String value) throws Exception {
    assertThat(Json.text(SchemaSample.of(Json.map(Json.parse(schema))))).isEqualTo(value);
  }

  @Test
  void aSchemaThatHoldsItselfEnds() throws Exception {
    String schema =
        """
        {"$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "required": ["name", "next"],
          "properties": {"name": {"type": "string"},
            "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
            "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}}}
        """;
    assertThat(Json.text(SchemaSample.of(Json.map(Json.parse(schema)))))
        .startsWith("{\"name\":\"sample name\",\"next\":{\"name\"")
        .contains("\"next\":null");
  }
}
