package dev.gatun.examples;

import java.awt.BasicStroke;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * Collects a training run's loss and accuracy and draws them as one picture: loss on the left axis,
 * accuracy on the right, both over epochs. Not thread-safe.
 */
public final class LearningCurves {
  private static final Color LOSS = new Color(0xc0392b);
  private static final Color ACCURACY = new Color(0x1f618d);
  private static final int WIDTH = 1000;
  private static final int HEIGHT = 600;

  /** Weight of the newest batch in the smoothed training loss. */
  private static final double SMOOTHING = 0.05;

  private final Curve trainLoss = new Curve();
  private final Curve testLoss = new Curve();
  private final Curve trainAccuracy = new Curve();
  private final Curve testAccuracy = new Curve();
  private double smoothed = Double.NaN;

  /** The points of one line. */
  private static final class Curve {
    final List<Double> x = new ArrayList<>();
    final List<Double> y = new ArrayList<>();

    void add(double epoch, double value) {
      x.add(epoch);
      y.add(value);
    }
  }

  /** Creates curves without points. */
  public LearningCurves() {}

  /**
   * Notes one batch.
   *
   * @param epoch epochs done so far, with the fraction of the current one
   * @param loss the batch's mean loss
   */
  public void batch(double epoch, double loss) {
    smoothed = Double.isNaN(smoothed) ? loss : smoothed + SMOOTHING * (loss - smoothed);
    trainLoss.add(epoch, smoothed);
  }

  /** Notes an evaluation after {@code epoch} epochs; accuracies are from 0 to 1. */
  public void epoch(double epoch, double trainingAccuracy, double loss, double accuracy) {
    trainAccuracy.add(epoch, 100 * trainingAccuracy);
    testLoss.add(epoch, loss);
    testAccuracy.add(epoch, 100 * accuracy);
  }

  /**
   * Draws the curves as a PNG file; a file of that name is replaced once the new one is complete.
   *
   * @throws IOException when the file cannot be written
   */
  public void save(Path file, String title) throws IOException {
    XYChart chart =
        new XYChartBuilder().width(WIDTH).height(HEIGHT).title(title).xAxisTitle("epoch").build();
    var style = chart.getStyler();
    style.setLegendPosition(Styler.LegendPosition.InsideE);
    style.setYAxisGroupPosition(1, Styler.YAxisPosition.Right);
    style.setYAxisMin(0, 0.0);
    chart.setYAxisGroupTitle(0, "loss");
    chart.setYAxisGroupTitle(1, "accuracy, %");
    line(chart, "training loss (smoothed)", trainLoss, LOSS, 0, false);
    line(chart, "test loss", testLoss, LOSS, 0, true);
    line(chart, "training accuracy", trainAccuracy, ACCURACY, 1, false);
    line(chart, "test accuracy", testAccuracy, ACCURACY, 1, true);
    Path partial = file.resolveSibling(file.getFileName() + ".partial");
    Files.write(partial, ChartEncoder.getBytes(chart, "png"));
    Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void line(
      XYChart chart, String name, Curve curve, Color colour, int axis, boolean strong) {
    if (curve.x.isEmpty()) {
      return;
    }
    XYSeries series = chart.addSeries(name, curve.x, curve.y);
    series.setYAxisGroup(axis);
    series.setLineColor(strong ? colour : colour.brighter());
    series.setMarkerColor(colour);
    series.setLineStyle(new BasicStroke(strong ? 2.5f : 1.2f));
    series.setMarker(strong ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
  }
}
