package io.blockgraph.demo;

/// Is told of every request before it is sent and of its answer, so that a test knows what the
/// service has promised when it is killed in between.
interface Witness {
  /// Nobody looks.
  Witness NOBODY =
      new Witness() {
        @Override
        public void asked(Call call) {}

        @Override
        public void answered(Call call, int status) {}
      };

  /// A request is about to be sent.
  void asked(Call call);

  /// It was answered.
  void answered(Call call, int status);
}
