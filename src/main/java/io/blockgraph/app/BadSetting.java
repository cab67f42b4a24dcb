package io.blockgraph.app;

/// A setting of the operator cannot be: the service does not start.
final class BadSetting extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /// Its name, as the operator writes it.
  private final String setting;

  BadSetting(String setting, String why) {
    super(setting + ": " + why);
    this.setting = setting;
  }

  String setting() {
    return setting;
  }
}
