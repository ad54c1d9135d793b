package dev.gatun.tensor;

import dev.gatun.tensor.op.Op;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** One operation in Java Flight Recorder; loaded only where the module jdk.jfr is. */
@Name("dev.gatun.Op")
@Label("Tensor operation")
@Category("Gatun")
@StackTrace(false)
final class OpEvent extends Event {
  @Label("Operation")
  String operation = "";

  @Label("Operands")
  String operands = "";

  @Label("Device")
  String device = "";

  static Tensor[] record(Op op, Tensor[] inputs, Interceptor.Next next) {
    OpEvent event = new OpEvent();
    event.begin();
    Tensor[] outputs = next.call(op, inputs);
    event.end();
    if (event.shouldCommit()) {
      event.operation = op.name();
      event.operands = Profiler.shapes(inputs);
      event.device = outputs[0].device().toString();
      event.commit();
    }
    return outputs;
  }
}
