using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace ExactCompression.Cmdlets.Infrastructure;

/// <summary>
/// Where native libraries are found. A build has those of its own machine beside the assemblies, where the runtime looks itself. The
/// published module has those of every system, each in a folder that is named after it; for a program, the runtime would look there because
/// of its dependency file, but it reads none for a module. Nothing is loaded before it is needed.
/// </summary>
internal static class NativeLibraries
{
    private static readonly string Folder = Path.GetDirectoryName(typeof(NativeLibraries).Assembly.Location)!;
    private static int registered;

    /// <summary>The folder for this machine's platform: <c>linux-x64</c>, <c>win-x64</c>, <c>osx-arm64</c>.</summary>
    public static string System { get; } =
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")
            + $"-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>Starts to resolve libraries for the assemblies of this module, once per process.</summary>
    public static void Register()
    {
        if (Interlocked.Exchange(ref registered, 1) == 0)
            AssemblyLoadContext.GetLoadContext(typeof(NativeLibraries).Assembly)!.ResolvingUnmanagedDll += static (assembly, name) =>
                Resolve(assembly, name);
    }

    /// <summary>Why a library may be missing, for users who have the module for another system; or null if that is not the cause.</summary>
    public static string? Explain()
    {
        if (File.Exists(Path.Combine(Folder, FileNames("google-ortools-native").First())) || Directory.Exists(Path.Combine(Folder, System)))
            return null;
        string[] there = [.. Directory.EnumerateDirectories(Folder).Select(static folder => Path.GetFileName(folder)!).Where(
            static name => name.Contains('-', StringComparison.Ordinal) && name is not "en-US").Order(StringComparer.Ordinal)];
        return there.Length == 0
            ? null
            : $"This copy of the module has native libraries for {string.Join(", ", there)}, and none for {System}. Built from its "
                + $"source on this machine, it has those.";
    }

    private static nint Resolve(Assembly assembly, string name)
    {
        if (assembly.IsDynamic || Path.GetDirectoryName(assembly.Location) != Folder)
            return 0;
        foreach (string file in FileNames(name))
        {
            // By its full path, so that the system looks for what it depends on in the same folder.
            if (NativeLibrary.TryLoad(Path.Combine(Folder, System, file), out nint library))
                return library;
        }

        return 0;
    }

    private static string[] FileNames(string name) =>
        OperatingSystem.IsWindows()
            ? [name + ".dll", name]
            : OperatingSystem.IsMacOS()
            ? [name + ".dylib", "lib" + name + ".dylib", name] : [name + ".so", "lib" + name + ".so", name];
}
