package io.blockgraph.rest;

import java.util.Locale;
import org.springframework.http.HttpStatus;

/// The kinds of problems there are. The constant is the `code`, and in kebab-case the end of the
/// `type`; both are stable.
enum ProblemKind {
  INVALID_REQUEST(HttpStatus.BAD_REQUEST, "The request is not as it must be"),
  UNREADABLE_REQUEST(HttpStatus.BAD_REQUEST, "The body is no JSON"),
  INVALID_PARAMETER(HttpStatus.BAD_REQUEST, "A parameter is not as it must be"),
  INVALID_SIZE(HttpStatus.BAD_REQUEST, "The size is impossible"),
  FORBIDDEN_PATH(HttpStatus.FORBIDDEN, "The path is outside of the image roots"),
  FORBIDDEN_ORIGIN(HttpStatus.FORBIDDEN, "The page belongs to somebody else"),
  NOT_FOUND(HttpStatus.NOT_FOUND, "There is nothing here"),
  NODE_NOT_FOUND(HttpStatus.NOT_FOUND, "No such node"),
  EDGE_NOT_FOUND(HttpStatus.NOT_FOUND, "No such edge"),
  USER_NOT_FOUND(HttpStatus.NOT_FOUND, "No such user of the graph"),
  JOB_NOT_FOUND(HttpStatus.NOT_FOUND, "No such job"),
  FILTER_NOT_FOUND(HttpStatus.NOT_FOUND, "No such filter above the node"),
  CHILD_NOT_FOUND(HttpStatus.NOT_FOUND, "No such child"),
  EXPORT_NOT_FOUND(HttpStatus.NOT_FOUND, "No such export"),
  IMAGE_NOT_FOUND(HttpStatus.NOT_FOUND, "No such image file"),
  METHOD_NOT_ALLOWED(HttpStatus.METHOD_NOT_ALLOWED, "The method does not fit the resource"),
  NOT_ACCEPTABLE(HttpStatus.NOT_ACCEPTABLE, "No representation fits"),
  PERMISSION_CONFLICT(HttpStatus.CONFLICT, "Two users of a node do not get along"),
  NODE_BUSY(HttpStatus.CONFLICT, "A job owns the node"),
  NODE_IN_USE(HttpStatus.CONFLICT, "The node has users"),
  NODE_NAME_IN_USE(HttpStatus.CONFLICT, "The name is taken"),
  READ_ONLY(HttpStatus.CONFLICT, "The node is read-only"),
  OVERLAY_IN_USE(HttpStatus.CONFLICT, "The overlay is read already"),
  OVERLAY_HAS_BACKING(HttpStatus.CONFLICT, "The overlay has a backing disk"),
  DUPLICATE_CHILD(HttpStatus.CONFLICT, "The node is a child already"),
  THRESHOLD_NOT_MET(HttpStatus.CONFLICT, "Too few children would be left"),
  JOB_EDGE_FIXED(HttpStatus.CONFLICT, "A job needs the edge as it is"),
  EDGE_FROZEN(HttpStatus.CONFLICT, "A job has frozen the edge"),
  WOULD_CYCLE(HttpStatus.CONFLICT, "The graph would have a loop"),
  REPLACE_NOT_COVERED(HttpStatus.CONFLICT, "The node shows no data of the source"),
  REPLACE_WOULD_CHANGE_DATA(HttpStatus.CONFLICT, "Somebody would see other data"),
  REPLACE_WOULD_LOOP(HttpStatus.CONFLICT, "The replacement would not do what was asked"),
  SELF_MIRROR(HttpStatus.CONFLICT, "A node cannot be mirrored into itself"),
  JOB_VERB_NOT_ALLOWED(HttpStatus.CONFLICT, "The job's state does not allow it"),
  REPLICATION_VERB_NOT_ALLOWED(HttpStatus.CONFLICT, "The replication's stage does not allow it"),
  JOB_ID_IN_USE(HttpStatus.CONFLICT, "A job of this id is there"),
  JOB_FAILED(HttpStatus.CONFLICT, "The job ended without its result"),
  IMAGE_LOCKED(HttpStatus.CONFLICT, "Another process holds the image"),
  IMAGE_EXISTS(HttpStatus.CONFLICT, "The file is there already"),
  IMAGE_CORRUPT(HttpStatus.CONFLICT, "The image contradicts itself"),
  REVISION_MISMATCH(HttpStatus.PRECONDITION_FAILED, "The graph has changed"),
  BODY_TOO_LARGE(HttpStatus.CONTENT_TOO_LARGE, "The body is too large"),
  UNSUPPORTED_MEDIA_TYPE(HttpStatus.UNSUPPORTED_MEDIA_TYPE, "The body has the wrong media type"),
  RANGE_NOT_SATISFIABLE(
      HttpStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "The range is outside of the disk"),
  MISDIRECTED(HttpStatus.MISDIRECTED_REQUEST, "The host name is not one of this service"),
  BAD_SHAPE(HttpStatus.UNPROCESSABLE_CONTENT, "A node of this shape cannot be"),
  UNKNOWN_DRIVER(HttpStatus.BAD_REQUEST, "No such driver"),
  TOO_DEEP(HttpStatus.UNPROCESSABLE_CONTENT, "The chain is too long"),
  OVERLAY_IS_FILTER(HttpStatus.UNPROCESSABLE_CONTENT, "A filter cannot be an overlay"),
  BACKING_UNSUPPORTED(HttpStatus.UNPROCESSABLE_CONTENT, "The driver has no backing disks"),
  OVERLAY_SHARES_STORAGE(HttpStatus.UNPROCESSABLE_CONTENT, "A node would back itself"),
  NOT_A_REPLICATION(HttpStatus.UNPROCESSABLE_CONTENT, "The node replicates nothing"),
  REPLICATION_SHAPE(HttpStatus.UNPROCESSABLE_CONTENT, "The disks are not built as a secondary"),
  REPLICATION_DISK_NOT_EMPTY(
      HttpStatus.UNPROCESSABLE_CONTENT, "A disk of the secondary holds data"),
  OVERLAY_NOT_EMPTY(HttpStatus.UNPROCESSABLE_CONTENT, "The overlay holds data"),
  SIZE_MISMATCH(HttpStatus.UNPROCESSABLE_CONTENT, "The lengths differ"),
  SHRINK_NOT_ALLOWED(HttpStatus.UNPROCESSABLE_CONTENT, "Data at the end would go"),
  RESIZE_UNSUPPORTED(HttpStatus.UNPROCESSABLE_CONTENT, "The length cannot be changed"),
  OPTION_FIXED(HttpStatus.UNPROCESSABLE_CONTENT, "The option cannot change while the node is open"),
  CHILD_HOLDS_OTHER_DATA(HttpStatus.UNPROCESSABLE_CONTENT, "The new child holds other data"),
  CHILDREN_FIXED(HttpStatus.UNPROCESSABLE_CONTENT, "The node takes no other children"),
  NOT_A_FILTER(HttpStatus.UNPROCESSABLE_CONTENT, "The node is no filter"),
  NO_IMAGE_FORMAT(HttpStatus.UNPROCESSABLE_CONTENT, "The driver has no images"),
  IMAGE_FORMAT_ERROR(HttpStatus.UNPROCESSABLE_CONTENT, "The image is malformed or not supported"),
  OPERATION_UNSUPPORTED(HttpStatus.UNPROCESSABLE_CONTENT, "The disk cannot do this"),
  CONSENT_MISSING(HttpStatus.UNPROCESSABLE_CONTENT, "Data would be lost"),
  TOO_MANY_JOBS(HttpStatus.TOO_MANY_REQUESTS, "As many jobs as may be are under way"),
  IO_ERROR(HttpStatus.INTERNAL_SERVER_ERROR, "The storage failed"),
  INTERNAL(HttpStatus.INTERNAL_SERVER_ERROR, "The service made a mistake"),
  DRAIN_TIMEOUT(HttpStatus.SERVICE_UNAVAILABLE, "Requests under way did not end in time"),
  SHUTTING_DOWN(HttpStatus.SERVICE_UNAVAILABLE, "The service is ending"),
  BUSY(HttpStatus.SERVICE_UNAVAILABLE, "Another change takes too long"),
  NO_SPACE(HttpStatus.INSUFFICIENT_STORAGE, "No space left"),
  STATE_NOT_REMEMBERED(HttpStatus.INSUFFICIENT_STORAGE, "The state store cannot take the change");

  private final HttpStatus status;
  private final String title;

  ProblemKind(HttpStatus status, String title) {
    this.status = status;
    this.title = title;
  }

  HttpStatus status() {
    return status;
  }

  String title() {
    return title;
  }

  String type() {
    return "/problems/" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
