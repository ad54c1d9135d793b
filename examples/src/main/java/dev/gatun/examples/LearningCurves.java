package dev.gatun.examples;

import dev.gatun.nn.format.AtomicFile;
import dev.gatun.nn.train.BatchReport;
import dev.gatun.nn.train.EpochReport;
import dev.gatun.nn.train.Trainer;
import dev.gatun.nn.train.TrainerListener;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Collects a training's loss and accuracy and draws them over epochs as one picture, side by
 * side. The points survive a restart in the checkpoint. Not
 * thread-safe.
 */
public final class LearningCurves implements TrainerListener {
  private static final Color TRAINING = new Color(0xe08214);
  private static final Color TEST = new Color(0x1f618d);
  private static final Color GRID = new Color(0xdddddd);
  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;

  /** Weight of the newest batch in the smoothed training loss. */
  private static final double SMOOTHING = 0.05;

  /** More are not seen. */
  private static final int POINTS_PER_EPOCH = 100;

  private final String metric;
  private final Map<String, Curve> curves = new LinkedHashMap<>();
  private double smoothed = Double.NaN;

  /** The points of one line. */
  private static final class Curve {
    final List<Double> x = new ArrayList<>();
    final List<Double> y = new ArrayList<>();

    void add(double epoch, double value) {
      if (Double.isFinite(value)) {
        x.add(epoch);
        y.add(value);
      }
    }
  }

  /**
   * Curves without points.
   *
   * @param metric the name of the trainer's metric that is an accuracy from 0 to 1
   */
  public LearningCurves(String metric) {
    this.metric = metric;
  }

  private Curve curve(String name) {
    return curves.computeIfAbsent(name, _ -> new Curve());
  }

  @Override
  public void onBatch(Trainer trainer, BatchReport report) {
    double loss = report.loss();
    smoothed = Double.isNaN(smoothed) ? loss : smoothed + SMOOTHING * (loss - smoothed);
    long stride = Math.ceilDiv(report.batches(), POINTS_PER_EPOCH);
    if ((report.batch() + 1) % stride == 0) {
      curve("train_loss")
          .add(report.epoch() + (report.batch() + 1.0) / report.batches(), smoothed);
    }
  }

  @Override
  public void onEpochEnd(Trainer trainer, EpochReport report) {
    long epoch = report.epoch() + 1;
    curve("test_loss").add(epoch, of(report.validation(), Trainer.LOSS));
    curve("train_accuracy").add(epoch, 100 * of(report.train(), metric));
    curve("test_accuracy").add(epoch, 100 * of(report.validation(), metric));
  }

  private static double of(Map<String, Double> metrics, String name) {
    return metrics.getOrDefault(name, Double.NaN);
  }

  @Override
  public Map<String, String> state() {
    var state = new LinkedHashMap<String, String>();
    state.put("smoothed", Double.toString(smoothed));
    curves.forEach(
        (name, curve) -> {
          state.put(name + ".x", text(curve.x));
          state.put(name + ".y", text(curve.y));
        });
    return state;
  }

  private static String text(List<Double> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(" "));
  }

  @Override
  public void restore(Map<String, String> state) {
    curves.clear();
    smoothed = Double.parseDouble(state.getOrDefault("smoothed", "NaN"));
    for (String name : List.of("train_loss", "test_loss", "train_accuracy", "test_accuracy")) {
      List<Double> x = numbers(state.getOrDefault(name + ".x", ""));
      List<Double> y = numbers(state.getOrDefault(name + ".y", ""));
      for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
        curve(name).add(x.get(i), y.get(i));
      }
    }
  }

  private static List<Double> numbers(String text) {
    return text.isEmpty()
        ? List.of()
        : Stream.of(text.split(" ")).map(Double::valueOf).toList();
  }

  /**
   * Draws the curves as a PNG file; a file of that name is replaced once the new one is complete.
   *
   * @throws IOException when the file cannot be written
   */
  public void save(Path file, String title) throws IOException {
    var picture = new BufferedImage(2 * WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    loss(title).paint(graphics, WIDTH, HEIGHT);
    graphics.translate(WIDTH, 0);
    accuracy().paint(graphics, WIDTH, HEIGHT);
    graphics.dispose();
    var png = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", png);
    AtomicFile.write(
        file,
        channel -> {
          for (ByteBuffer rest = ByteBuffer.wrap(png.toByteArray()); rest.hasRemaining(); ) {
            channel.write(rest);
          }
        });
  }

  private XYChart loss(String title) {
    XYChart chart = chart(title, "loss");
    chart.getStyler().setYAxisLogarithmic(true).setLegendPosition(LegendPosition.InsideNE);
    line(chart, "training, smoothed", "train_loss", TRAINING);
    line(chart, "test", "test_loss", TEST);
    return chart;
  }

  private XYChart accuracy() {
    XYChart chart = chart(" ", "accuracy, %");
    chart.getStyler().setLegendPosition(LegendPosition.InsideSE);
    line(chart, "training, while learning", "train_accuracy", TRAINING);
    line(chart, "test", "test_accuracy", TEST);
    return chart;
  }

  private static XYChart chart(String title, String y) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("epoch")
            .yAxisTitle(y)
            .build();
    chart
        .getStyler()
        .setXAxisMin(0.0)
        .setPlotGridLinesColor(GRID)
        .setPlotGridLinesStroke(new BasicStroke(1))
        .setChartBackgroundColor(Color.WHITE)
        .setChartTitleBoxVisible(false)
        .setPlotBorderVisible(false)
        .setLegendBorderColor(GRID);
    return chart;
  }

  private void line(XYChart chart, String name, String key, Color colour) {
    Curve curve = curve(key);
    if (curve.x.isEmpty()) {
      return;
    }
    XYSeries series = chart.addSeries(name, curve.x, curve.y);
    series.setLineColor(colour);
    series.setMarkerColor(colour);
    series.setLineStyle(new BasicStroke(2));
    boolean few = curve.x.size() <= POINTS_PER_EPOCH / 2;
    series.setMarker(few ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
  }
}
