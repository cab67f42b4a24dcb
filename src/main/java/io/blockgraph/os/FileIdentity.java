package io.blockgraph.os;

/// Which file something is, whatever it is called: the device of its file system and its inode
/// there; of a block device which device it is, and no inode.
///
/// Two open files with the same identity are the same file for as long as both are open.
///
/// @param major the major number of the device
/// @param minor the minor number of the device
/// @param inode the inode number, to be read as unsigned
public record FileIdentity(int major, int minor, long inode) {}
