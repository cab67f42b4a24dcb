package io.blockgraph.driver;

/// A driver whose images can be amended: what they are changes, and what their disks show stays.
/// The disks of its nodes are [Amendable].
public interface AmendableFormat {
  /// What can be said when an image is amended.
  OptionSpec amendOptions();
}
