package io.blockgraph.rest;

import java.util.Map;
import java.util.Optional;
import org.springframework.http.HttpStatus;

/// What the signature of an operation's method does not tell: the body it reads and the answer it
/// gives, by operation id.
///
/// @param body the name of the schema of the body, if there is one
/// @param answer the record it answers with, if that is not what its method returns
/// @param status the status when it has done what was asked
record ApiOperation(Optional<String> body, Optional<Class<?>> answer, HttpStatus status) {
  private static final ApiOperation PLAIN =
      new ApiOperation(Optional.empty(), Optional.empty(), HttpStatus.OK);

  private static final Map<String, ApiOperation> SPECIAL =
      Map.ofEntries(
          Map.entry("addNode", reads("NodeRequest").answers(NodeView.class, HttpStatus.CREATED)),
          Map.entry("changeNode", reads("NodeChange").answers(NodeView.class, HttpStatus.OK)),
          Map.entry(
              "takeSnapshot",
              reads("SnapshotRequest")
                  .answers(SnapshotController.SnapshotView.class, HttpStatus.CREATED)),
          Map.entry(
              "takeInternalSnapshot",
              reads("InternalSnapshotRequest")
                  .answers(InternalSnapshotController.ChangeView.class, HttpStatus.CREATED)),
          Map.entry(
              "addChild",
              reads("ChildAddition")
                  .answers(ChildController.ChildChangeView.class, HttpStatus.CREATED)),
          Map.entry(
              "insertFilter",
              reads("FilterRequest")
                  .answers(FilterController.FilterChangeView.class, HttpStatus.CREATED)),
          Map.entry("setActive", reads("ActiveRequest")),
          Map.entry(
              "addSecret",
              reads("SecretRequest")
                  .answers(SecretController.SecretView.class, HttpStatus.CREATED)),
          Map.entry("resizeNode", reads("ResizeRequest")),
          Map.entry(
              "addBitmap",
              reads("BitmapRequest")
                  .answers(BitmapController.BitmapView.class, HttpStatus.CREATED)),
          Map.entry(
              "changeBitmap",
              reads("BitmapChange").answers(BitmapController.BitmapView.class, HttpStatus.OK)),
          Map.entry("clearBitmap", PLAIN.answers(BitmapController.BitmapView.class, HttpStatus.OK)),
          Map.entry(
              "mergeBitmap",
              reads("BitmapMerge").answers(BitmapController.BitmapView.class, HttpStatus.OK)),
          Map.entry("planGraph", reads("PlanRequest")),
          Map.entry("makeTransaction", reads("ActionList")),
          Map.entry("putGraph", reads("DesiredRequest")),
          Map.entry("zeroData", reads("ZeroRequest")),
          Map.entry("discardData", reads("RangeRequest")),
          Map.entry(
              "createImage",
              reads("ImageRequest").answers(ImageController.ImageView.class, HttpStatus.CREATED)),
          Map.entry(
              "addExport",
              reads("ExportRequest")
                  .answers(ExportController.ExportView.class, HttpStatus.CREATED)),
          Map.entry(
              "startMirrorJob", reads("MirrorRequest").answers(JobView.class, HttpStatus.ACCEPTED)),
          Map.entry(
              "startCreateJob", reads("CreateRequest").answers(JobView.class, HttpStatus.ACCEPTED)),
          Map.entry(
              "startAmendJob", reads("AmendRequest").answers(JobView.class, HttpStatus.ACCEPTED)),
          Map.entry(
              "startBackupJob", reads("BackupRequest").answers(JobView.class, HttpStatus.ACCEPTED)),
          Map.entry(
              "startCommitJob", reads("CommitRequest").answers(JobView.class, HttpStatus.ACCEPTED)),
          Map.entry(
              "startStreamJob", reads("StreamRequest").answers(JobView.class, HttpStatus.ACCEPTED)),
          Map.entry("cancelJob", reads("CancelRequest")),
          Map.entry("checkpointReplication", reads("CheckpointRequest")),
          Map.entry(
              "addThrottleGroup",
              reads("ThrottleGroupRequest")
                  .answers(ThrottleGroupController.GroupView.class, HttpStatus.CREATED)),
          Map.entry(
              "changeThrottleGroup",
              reads("ThrottleGroupChange")
                  .answers(ThrottleGroupController.GroupView.class, HttpStatus.OK)),
          Map.entry("replaceChild", reads("ChildReplacement")),
          Map.entry("reopenNodes", reads("ReopenRequest")),
          Map.entry("nameBackingFile", reads("BackingFileRequest")),
          Map.entry("setHistograms", reads("HistogramsRequest")),
          Map.entry("setWriteThreshold", reads("WriteThresholdRequest")),
          Map.entry("changeJob", reads("JobChange")));

  static ApiOperation of(String operationId) {
    return SPECIAL.getOrDefault(operationId, PLAIN);
  }

  private static ApiOperation reads(String schema) {
    return new ApiOperation(Optional.of(schema), Optional.empty(), HttpStatus.OK);
  }

  private ApiOperation answers(Class<?> type, HttpStatus code) {
    return new ApiOperation(body, Optional.of(type), code);
  }
}
