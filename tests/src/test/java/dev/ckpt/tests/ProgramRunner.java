package dev.ckpt.tests;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.opentest4j.TestAbortedException;

/**
 * Runs single programs outside of the test runner, for whoever is at work on the engine: {@code
 * ProgramRunner [NAME...] [--runs N] [--scenario NAME]}. One line per program and scenario.
 */
public final class ProgramRunner {
  private final List<String> names = new ArrayList<>();
  private String scenario = "";
  private boolean traces;
  private int runs = 1;
  private int failed;

  private ProgramRunner(String[] arguments) {
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--runs":
          runs = Integer.parseInt(arguments[++i]);
          break;
        case "--scenario":
          scenario = arguments[++i];
          break;
        case "--traces":
          traces = true;
          break;
        default:
          names.add(arguments[i]);
          break;
      }
    }
  }

  /** Exits with 1 when something failed. */
  public static void main(String[] arguments) throws IOException {
    ProgramRunner runner = new ProgramRunner(arguments);
    Programs.folder();
    for (int i = 0; i < runner.runs; i++) {
      runner.runAll();
    }
    System.out.println(runner.failed + " failed");
    System.exit(runner.failed == 0 ? 0 : 1);
  }

  private void runAll() {
    for (Programs.Program program : Programs.all()) {
      if (!names.isEmpty()
          ? !names.contains(program.name())
          : program.category().equals("victim")) {
        continue;
      }
      if (program.category().equals("refuse")) {
        report(program.name(), "", () -> RefusalsLiveTest.run(program));
        continue;
      }
      for (Scenario each : ProgramsLiveTest.scenarios(program).toList()) {
        if (scenario.isEmpty() || scenario.equals(each.name())) {
          report(program.name(), each.name(), () -> ProgramsLiveTest.run(program, each));
        }
      }
    }
  }

  private interface Test {
    void run() throws IOException;
  }

  private void report(String name, String way, Test test) {
    String result;
    try {
      test.run();
      result = "ok";
    } catch (TestAbortedException e) {
      result = "skip " + e.getMessage();
    } catch (IOException | RuntimeException | AssertionError e) {
      failed++;
      result = "FAIL " + e;
      if (traces) {
        e.printStackTrace();
      }
    }
    System.out.printf("%-24s %-17s %s%n", name, way, result);
  }
}
