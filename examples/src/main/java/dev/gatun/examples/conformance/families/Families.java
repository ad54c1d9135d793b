package dev.gatun.examples.conformance.families;

import dev.gatun.examples.conformance.Operations;

/** The operations of all families. */
public final class Families {
  private Families() {}

  /** A new table of every operation that Gatun has. */
  public static Operations all() {
    Operations all = new Operations();
    UnaryCases.addTo(all);
    BinaryCases.addTo(all);
    IntegerCases.addTo(all);
    CompareCases.addTo(all);
    ReduceCases.addTo(all);
    CastCases.addTo(all);
    ShapeCases.addTo(all);
    IndexCases.addTo(all);
    ConvolutionCases.addTo(all);
    PoolCases.addTo(all);
    NormCases.addTo(all);
    CreateCases.addTo(all);
    LossCases.addTo(all);
    ClipCases.addTo(all);
    OptimizerCases.addTo(all);
    InitCases.addTo(all);
    ScheduleCases.addTo(all);
    RecurrentCases.addTo(all);
    LinalgCases.addTo(all);
    ResampleCases.addTo(all);
    EmbeddingCases.addTo(all);
    AttentionCases.addTo(all);
    TraceCases.addTo(all);
    TrainedCases.addTo(all);
    SecondOrderCases.addTo(all);
    TernaryCases.addTo(all);
    SoftmaxCases.addTo(all);
    ExpressionCases.addTo(all);
    return all;
  }
}
