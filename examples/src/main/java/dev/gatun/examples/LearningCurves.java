package dev.gatun.examples;

import dev.gatun.nn.train.BatchReport;
import dev.gatun.nn.train.EpochReport;
import dev.gatun.nn.train.Trainer;
import dev.gatun.nn.train.TrainerListener;
import dev.gatun.tensor.io.AtomicFile;
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
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Collects a training's loss and accuracy and draws them over epochs as one picture, side by side.
 * The points survive a restart in the checkpoint. Not thread-safe.
 */
public final class LearningCurves implements TrainerListener {
  private static final Color TRAINING = new Color(0xe08214);
  private static final Color TEST = new Color(0x1f618d);
  private static final Color GRID = new Color(0xdddddd);
  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;

  private static final String TRAIN_LOSS = "train_loss";
  private static final String TEST_LOSS = "test_loss";
  private static final String TRAIN_ACCURACY = "train_accuracy";
  private static final String TEST_ACCURACY = "test_accuracy";

  /** Weight of the newest batch in the smoothed training curves. */
  private static final double SMOOTHING = 0.05;

  /** More are not seen. */
  private static final int POINTS_PER_EPOCH = 100;

  /** The axis of accuracies shows this many times the best test error, so that its end is seen. */
  private static final double AXIS_OVER_ERROR = 8;

  private final String metric;
  private final Map<String, Curve> curves = new LinkedHashMap<>();
  private double loss = Double.NaN;
  private double accuracy = Double.NaN;

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

    /** Without the points below {@code least}. */
    Curve from(double least) {
      var above = new Curve();
      for (int i = 0; i < x.size(); i++) {
        if (y.get(i) >= least) {
          above.add(x.get(i), y.get(i));
        }
      }
      return above;
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
    loss = smooth(loss, report.loss());
    accuracy = smooth(accuracy, of(report.metrics(), metric));
    long stride = Math.ceilDiv(report.batches(), POINTS_PER_EPOCH);
    if ((report.batch() + 1) % stride == 0) {
      double epoch = report.epoch() + (report.batch() + 1.0) / report.batches();
      curve(TRAIN_LOSS).add(epoch, loss);
      curve(TRAIN_ACCURACY).add(epoch, 100 * accuracy);
    }
  }

  private static double smooth(double before, double now) {
    return Double.isNaN(before) ? now : before + SMOOTHING * (now - before);
  }

  @Override
  public void onEpochEnd(Trainer trainer, EpochReport report) {
    curve(TEST_LOSS).add(report.epoch() + 1.0, of(report.validation(), Trainer.LOSS));
    curve(TEST_ACCURACY).add(report.epoch() + 1.0, 100 * of(report.validation(), metric));
  }

  private static double of(Map<String, Double> metrics, String name) {
    return metrics.getOrDefault(name, Double.NaN);
  }

  @Override
  public Map<String, String> state() {
    var state = new LinkedHashMap<String, String>();
    state.put("loss", Double.toString(loss));
    state.put("accuracy", Double.toString(accuracy));
    curves.forEach((name, curve) -> {
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
    loss = Double.parseDouble(state.getOrDefault("loss", "NaN"));
    accuracy = Double.parseDouble(state.getOrDefault("accuracy", "NaN"));
    for (String name : List.of(TRAIN_LOSS, TEST_LOSS, TRAIN_ACCURACY, TEST_ACCURACY)) {
      List<Double> x = numbers(state.getOrDefault(name + ".x", ""));
      List<Double> y = numbers(state.getOrDefault(name + ".y", ""));
      for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
        curve(name).add(x.get(i), y.get(i));
      }
    }
  }

  private static List<Double> numbers(String text) {
    return text.isEmpty() ? List.of() : Stream.of(text.split(" ")).map(Double::valueOf).toList();
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
    chart
        .getStyler()
        .setYAxisLogarithmic(true)
        .setYAxisDecimalPattern("0.####")
        .setLegendPosition(LegendPosition.InsideNE);
    line(chart, "training, smoothed", curve(TRAIN_LOSS), TRAINING, SeriesMarkers.NONE);
    line(chart, "test", curve(TEST_LOSS), TEST, SeriesMarkers.CIRCLE);
    return chart;
  }

  private XYChart accuracy() {
    XYChart chart = chart(" ", "accuracy, %");
    double best = curve(TEST_ACCURACY).y.stream().mapToDouble(y -> y).max().orElse(0);
    double least = Math.max(0, Math.floor(100 - AXIS_OVER_ERROR * (100 - best)));
    chart
        .getStyler()
        .setYAxisMin(least)
        .setYAxisMax(100.0)
        .setYAxisDecimalPattern("0.##")
        .setLegendPosition(LegendPosition.InsideSE);
    line(
        chart,
        "training, smoothed",
        curve(TRAIN_ACCURACY).from(least),
        TRAINING,
        SeriesMarkers.NONE);
    line(chart, "test", curve(TEST_ACCURACY).from(least), TEST, SeriesMarkers.CIRCLE);
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
        .setXAxisDecimalPattern("0.##")
        .setPlotGridLinesColor(GRID)
        .setPlotGridLinesStroke(new BasicStroke(1))
        .setChartBackgroundColor(Color.WHITE)
        .setChartTitleBoxVisible(false)
        .setPlotBorderVisible(false)
        .setLegendBorderColor(GRID);
    return chart;
  }

  private static void line(XYChart chart, String name, Curve curve, Color colour, Marker marker) {
    if (curve.x.isEmpty()) {
      return;
    }
    XYSeries series = chart.addSeries(name, curve.x, curve.y);
    series.setLineColor(colour);
    series.setMarkerColor(colour);
    series.setLineStyle(new BasicStroke(2));
    series.setMarker(marker);
  }
}
