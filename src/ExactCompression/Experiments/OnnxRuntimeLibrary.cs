using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace ExactCompression.Experiments;

/// <summary>
/// ONNX Runtime where the user has it: its shared library, through the C interface that its packages for Python, .NET and C share. Nothing
/// of it comes with this module.
/// </summary>
/// <remarks>
/// The interface is a table of functions to which new versions of the library only append (<c>OrtApi</c> in
/// <c>onnxruntime_c_api.h</c>); <see cref="OnnxRuntimeFunction"/> has the places of those that are called here.
/// </remarks>
internal sealed unsafe class OnnxRuntimeLibrary
{
    private const string Advice =
        "Give the path of ONNX Runtime's shared library (libonnxruntime.so, onnxruntime.dll or libonnxruntime.dylib), or of a folder with "
        + "it, such as that of the Python package onnxruntime.";

    private static readonly ConcurrentDictionary<string, Lazy<OnnxRuntimeLibrary>> Loaded = new();
    private readonly nint* functions;

    private OnnxRuntimeLibrary(string file)
    {
        File = file;
        if (!NativeLibrary.TryLoad(file, out nint library))
            throw Unusable($"'{file}' cannot be loaded into this process.");
        if (!NativeLibrary.TryGetExport(library, "OrtGetApiBase", out nint entry))
            throw Unusable($"'{file}' is not ONNX Runtime: it has no function OrtGetApiBase.");
        nint* start = (nint*)((delegate* unmanaged<nint>)entry)();
        Version = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)start[1])()) ?? "";
        functions = (nint*)((delegate* unmanaged<uint, nint>)start[0])(1);
        if (functions is null)
            throw Unusable($"'{file}', version {Version}, has no interface that is known here.");
        fixed (byte* name = "ExactCompression"u8)
        {
            nint environment;
            const int Errors = 3;
            Check(((delegate* unmanaged<int, byte*, nint*, nint>)this[OnnxRuntimeFunction.CreateEnv])(Errors, name, &environment));
            Environment = environment;
        }
    }

    /// <summary>The file that was loaded.</summary>
    public string File { get; }

    /// <summary>Its version, such as <c>1.22.0</c>.</summary>
    public string Version { get; }

    /// <summary>The environment of all sessions; it lives as long as the process.</summary>
    public nint Environment { get; }

    /// <summary>A function of the interface.</summary>
    /// <param name="function">Its place.</param>
    public nint this[OnnxRuntimeFunction function] => functions[(int)function];

    /// <summary>Loads the library, once a process.</summary>
    /// <param name="path">The library, or a folder that has it, itself or in folders below.</param>
    /// <exception cref="InvalidInputException">There is none, or it cannot be used.</exception>
    public static OnnxRuntimeLibrary Load(string path)
    {
        string file = Path.GetFullPath(Directory.Exists(path) ? Find(path) : path);
        if (!System.IO.File.Exists(file))
            throw Unusable($"There is no file '{file}'.");
        return Loaded.GetOrAdd(file, static f => new(() => new(f), LazyThreadSafetyMode.PublicationOnly)).Value;
    }

    /// <summary>Throws what a function reports; its status is released.</summary>
    /// <param name="status">The status; 0 for success.</param>
    /// <exception cref="InvalidInputException">It is none of success.</exception>
    public void Check(nint status)
    {
        if (status == 0)
            return;
        nint text = ((delegate* unmanaged<nint, nint>)this[OnnxRuntimeFunction.GetErrorMessage])(status);
        string message = Marshal.PtrToStringUTF8(text) ?? "";
        Release(OnnxRuntimeFunction.ReleaseStatus, status);
        throw new InvalidInputException(
            "OnnxRuntimeFailed", $"ONNX Runtime {Version} says: {message.TrimEnd('.')}.",
            "Measure without -OnnxRuntime, or with a version of it that runs the network.");
    }

    /// <summary>Releases an object.</summary>
    /// <param name="function">The function that releases its kind.</param>
    /// <param name="item">The object; 0 for none.</param>
    public void Release(OnnxRuntimeFunction function, nint item)
    {
        if (item != 0)
            ((delegate* unmanaged<nint, void>)this[function])(item);
    }

    /// <summary>The library in a folder: of several, the one for this platform.</summary>
    private static string Find(string folder)
    {
        string pattern = OperatingSystem.IsWindows() ? "onnxruntime.dll"
            : OperatingSystem.IsMacOS() ? "libonnxruntime*.dylib" : "libonnxruntime.so*";
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 6, IgnoreInaccessible = true };
        return Directory.EnumerateFiles(folder, pattern, options)
            .Where(static f => !Path.GetFileName(f).Contains("providers", StringComparison.Ordinal))
            .OrderByDescending(static f => f.Contains(RuntimeInformation.RuntimeIdentifier, StringComparison.Ordinal))
            .ThenBy(static f => f.Length)
            .ThenBy(static f => f, StringComparer.Ordinal)
            .FirstOrDefault() ?? throw Unusable($"No file {pattern} is in the folder '{folder}' or below.");
    }

    private static InvalidInputException Unusable(string problem) => new("OnnxRuntimeNotUsable", problem, Advice);
}
