package dev.gatun.gateway.train;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import dev.gatun.gateway.http.Problem;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A table of texts, read from CSV (RFC 4180) with a header.
 *
 * @param columns their names, all different
 * @param rows each as long as the header
 */
record Table(List<String> columns, List<String[]> rows) {
  private static final int MOST_COLUMNS = 2_000;
  private static final int MOST_CELLS = 4_000_000;
  private static final int LONGEST_CELL = 64 * 1024;

  /** Where CSV comes from. */
  @FunctionalInterface
  interface Source {
    /** From its beginning. */
    Reader open() throws IOException;

    static Source of(String text) {
      return () -> new StringReader(text);
    }

    static Source of(Path file) {
      // Bytes that are not UTF-8 become a mark, which shows in the error of the cell.
      return () ->
          new java.io.InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8);
    }
  }

  /**
   * The names of the columns.
   *
   * @param at where the CSV is in the request, for errors
   * @throws Problem 400 when there is no usable header
   */
  static List<String> header(Source source, String at) {
    return read(source, at, 0).columns;
  }

  /**
   * Reads all rows.
   *
   * @throws Problem 400 that names the line that is wrong
   */
  static Table read(Source source, String at) {
    Table table = read(source, at, MOST_CELLS);
    if (table.rows.isEmpty()) {
      throw Problem.field(at, "The CSV has a header and no rows");
    }
    return table;
  }

  private static Table read(Source source, String at, int mostCells) {
    try (Reader text = source.open();
        CsvReader<CsvRecord> reader =
            CsvReader.builder()
                .allowExtraFields(true)
                .allowMissingFields(true)
                .maxBufferSize(LONGEST_CELL)
                .ofCsvRecord(text)) {
      Iterator<CsvRecord> records = reader.iterator();
      if (!records.hasNext()) {
        throw Problem.field(at, "The CSV is empty: it needs a header and rows");
      }
      List<String> columns = columns(records.next(), at);
      return new Table(columns, mostCells == 0 ? List.of() : rows(records, columns, mostCells, at));
    } catch (CsvParseException | UncheckedIOException e) {
      throw Problem.field(
          at, "The CSV is broken, or a cell has more than " + LONGEST_CELL + " characters");
    } catch (IOException e) {
      throw new UncheckedIOException("The CSV cannot be read", e);
    }
  }

  private static List<String> columns(CsvRecord header, String at) {
    List<String> columns = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (String field : header.getFields()) {
      String name = field.strip();
      if (columns.isEmpty() && name.startsWith("\uFEFF")) {
        name = name.substring(1).strip();
      }
      if (name.isEmpty() || name.length() > 200 || !seen.add(name)) {
        throw Problem.field(
            at,
            "The columns of the CSV need names, all different, of up to 200 characters; column "
                + (columns.size() + 1)
                + " is '"
                + clip(name)
                + "'");
      }
      columns.add(name);
    }
    if (columns.size() > MOST_COLUMNS) {
      throw Problem.field(
          at, "A table has at most " + MOST_COLUMNS + " columns, got " + columns.size());
    }
    return List.copyOf(columns);
  }

  private static List<String[]> rows(
      Iterator<CsvRecord> records, List<String> columns, int mostCells, String at) {
    List<String[]> rows = new ArrayList<>();
    // Most texts repeat.
    Map<String, String> same = new HashMap<>();
    while (records.hasNext()) {
      CsvRecord record = records.next();
      if (record.getFieldCount() != columns.size()) {
        throw Problem.field(
            at,
            "Line "
                + record.getStartingLineNumber()
                + " of the CSV has "
                + record.getFieldCount()
                + " cells, the header "
                + columns.size());
      }
      if ((long) (rows.size() + 1) * columns.size() > mostCells) {
        throw Problem.field(at, "A table has at most " + mostCells + " cells");
      }
      String[] row = new String[columns.size()];
      for (int i = 0; i < row.length; i++) {
        String cell = record.getField(i).strip();
        String known = same.get(cell);
        if (known == null && same.size() < 100_000) {
          same.put(cell, cell);
        }
        row[i] = known == null ? cell : known;
      }
      rows.add(row);
    }
    return rows;
  }

  static String clip(String text) {
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }

  /**
   * The number of a column.
   *
   * @throws Problem 400 when there is none of this name
   */
  static int index(List<String> columns, String name, String at) {
    int i = columns.indexOf(name);
    if (i < 0) {
      throw Problem.field(
          at,
          "There is no column '"
              + clip(name)
              + "'; the table has "
              + columns.stream().limit(20).toList()
              + (columns.size() > 20 ? " and more" : ""));
    }
    return i;
  }
}
