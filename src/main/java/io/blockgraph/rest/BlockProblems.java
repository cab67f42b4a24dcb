package io.blockgraph.rest;

import io.blockgraph.block.BlockException;

/// Trouble below, as problems: the one place where kinds of trouble meet HTTP.
final class BlockProblems {
  private BlockProblems() {}

  static Problem of(BlockException e) {
    return Problem.of(kind(e.kind()), String.valueOf(e.getMessage()));
  }

  private static ProblemKind kind(BlockException.Kind kind) {
    return switch (kind) {
      case IO, FLUSH_FAILED, TIMEOUT, CLOSED -> ProblemKind.IO_ERROR;
      case NO_SPACE -> ProblemKind.NO_SPACE;
      case OUT_OF_RANGE -> ProblemKind.RANGE_NOT_SATISFIABLE;
      case READ_ONLY -> ProblemKind.READ_ONLY;
      case CORRUPT -> ProblemKind.IMAGE_CORRUPT;
      case BAD_IMAGE -> ProblemKind.IMAGE_FORMAT_ERROR;
      case SIZE_MISMATCH -> ProblemKind.SIZE_MISMATCH;
      case UNSUPPORTED -> ProblemKind.OPERATION_UNSUPPORTED;
      case INVALID -> ProblemKind.INVALID_PARAMETER;
      case LOCKED -> ProblemKind.IMAGE_LOCKED;
      case NOT_FOUND -> ProblemKind.IMAGE_NOT_FOUND;
      case EXISTS -> ProblemKind.IMAGE_EXISTS;
      case FORBIDDEN -> ProblemKind.FORBIDDEN_PATH;
    };
  }
}
