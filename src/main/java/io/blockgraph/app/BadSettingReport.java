package io.blockgraph.app;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/// Says in two sentences which setting keeps the service from starting.
final class BadSettingReport extends AbstractFailureAnalyzer<BadSetting> {
  @Override
  protected FailureAnalysis analyze(Throwable failure, BadSetting cause) {
    return new FailureAnalysis(
        "The setting cannot be: " + cause.getMessage(), "Change " + cause.setting() + ".", failure);
  }
}
