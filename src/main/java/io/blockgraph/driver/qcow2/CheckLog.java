package io.blockgraph.driver.qcow2;

import io.blockgraph.driver.qcow2.Finding.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;

/// Collects findings during a check: counts all, keeps the words of the first. One thread.
final class CheckLog {
  private final int kept;
  private final List<Finding> findings = new ArrayList<>();
  private long corruptions;
  private long leaks;
  private long checkErrors;

  CheckLog(int kept) {
    this.kept = kept;
  }

  void corruption(long fileOffset, Supplier<String> text) {
    corruptions(1, fileOffset, OptionalLong.empty(), text);
  }

  void corruptions(long times, long fileOffset, OptionalLong guest, Supplier<String> text) {
    corruptions += times;
    keep(Kind.CORRUPTION, fileOffset, guest, text);
  }

  void leak(long fileOffset, Supplier<String> text) {
    leaks++;
    keep(Kind.LEAK, fileOffset, OptionalLong.empty(), text);
  }

  void checkError(long fileOffset, Supplier<String> text) {
    checkErrors++;
    keep(Kind.CHECK_ERROR, fileOffset, OptionalLong.empty(), text);
  }

  long corruptions() {
    return corruptions;
  }

  long checkErrors() {
    return checkErrors;
  }

  CheckResult result(CheckResult.Clusters clusters) {
    return new CheckResult(corruptions, leaks, checkErrors, clusters, findings);
  }

  private void keep(Kind kind, long fileOffset, OptionalLong guest, Supplier<String> text) {
    if (findings.size() < kept) {
      findings.add(new Finding(kind, fileOffset, guest, text.get()));
    }
  }
}
