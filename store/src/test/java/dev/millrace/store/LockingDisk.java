package dev.millrace.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Another disk, whose locks a test can free as the end of a process would. */
final class LockingDisk implements Disk {
    private final Disk disk;
    private final List<Lock> locks = new ArrayList<>();

    LockingDisk(Disk disk) {
        this.disk = disk;
    }

    void freeLocks() {
        locks.forEach(Lock::close);
    }

    @Override
    public Optional<Lock> lock(Path file) {
        Optional<Lock> lock = disk.lock(file);
        lock.ifPresent(locks::add);
        return lock;
    }

    @Override
    public void createFolders(Path folder) {
        disk.createFolders(folder);
    }

    @Override
    public List<String> list(Path folder) {
        return disk.list(folder);
    }

    @Override
    public boolean exists(Path file) {
        return disk.exists(file);
    }

    @Override
    public long length(Path file) {
        return disk.length(file);
    }

    @Override
    public MappedFile create(Path file, long length, Allocation allocation) {
        return disk.create(file, length, allocation);
    }

    @Override
    public MappedFile open(Path file, Allocation allocation) {
        return disk.open(file, allocation);
    }

    @Override
    public void zeroFrom(Path file, long from, Allocation allocation) {
        disk.zeroFrom(file, from, allocation);
    }

    @Override
    public void delete(Path file) {
        disk.delete(file);
    }

    @Override
    public void rename(Path from, Path to) {
        disk.rename(from, to);
    }

    @Override
    public void forceFolder(Path folder) {
        disk.forceFolder(folder);
    }

    @Override
    public void writeText(Path file, String text) {
        disk.writeText(file, text);
    }

    @Override
    public String readText(Path file) {
        return disk.readText(file);
    }

    @Override
    public Space space(Path folder) {
        return disk.space(folder);
    }
}
