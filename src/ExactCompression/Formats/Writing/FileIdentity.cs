using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ExactCompression.Formats;

/// <summary>What the framework does not report about a file: its kind, its owner, how many names it has. Known only on Linux.</summary>
/// <param name="Mode">Kind and permissions, as the system has them in one number.</param>
/// <param name="Links">How many names the file has.</param>
/// <param name="Owner">The owner's number.</param>
/// <param name="Group">The group's number.</param>
internal sealed partial record FileIdentity(int Mode, uint Links, uint Owner, uint Group)
{
    private const int CurrentFolder = -100;
    private const int DoNotFollow = 0x100;
    private const uint BasicStatistics = 0x7ff;
    private const uint Unchanged = uint.MaxValue;
    private const int KindMask = 0xf000;

    /// <summary>Whether it is a regular file: no folder, device, pipe or socket.</summary>
    public bool IsRegular => (Mode & KindMask) == 0x8000;

    /// <summary>The kind in words.</summary>
    public string Kind => (Mode & KindMask) switch
    {
        0x8000 => "a file",
        0x4000 => "a folder",
        0x1000 => "a pipe",
        0xc000 => "a socket",
        0xa000 => "a symbolic link",
        _ => "a device",
    };

    /// <summary>The user whose files this process may always delete; null if unknown.</summary>
    public static uint? CurrentUser => OperatingSystem.IsLinux() ? EffectiveUser() : null;

    /// <summary>Looks at a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLinks">Whether to follow symbolic links, as the system itself resolves them.</param>
    /// <returns>Null if there is nothing, or if it cannot be determined.</returns>
    public static unsafe FileIdentity? Of(string path, bool followLinks = true)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        // struct statx is the same on every processor, unlike struct stat: 4-byte fields at 16 (links), 20 (owner), 24 (group), 2 bytes at
        // 28 (mode).
        Span<byte> buffer = stackalloc byte[256];
        try
        {
            fixed (byte* address = buffer)
            {
                if (StatX(CurrentFolder, path, followLinks ? 0 : DoNotFollow, BasicStatistics, address) != 0)
                    return null;
            }
        }
        catch (EntryPointNotFoundException)
        {
            return null; // a C library from before 2018
        }

        uint Word(int at, Span<byte> from) => BinaryPrimitives.ReadUInt32LittleEndian(from[at..]);
        return new(BinaryPrimitives.ReadUInt16LittleEndian(buffer[28..]), Word(16, buffer), Word(20, buffer), Word(24, buffer));
    }

    /// <summary>Sets a file's owner and group, or only the group if only that is allowed.</summary>
    /// <returns>Which of the two it now has.</returns>
    public static (bool Owner, bool Group) Give(string path, uint owner, uint group) =>
        ChangeOwner(path, owner, group) == 0 ? (true, true) : (false, ChangeOwner(path, Unchanged, group) == 0);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatX(int folder, string path, int flags, uint mask, byte* result);

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint owner, uint group);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
