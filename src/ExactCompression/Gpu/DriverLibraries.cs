using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using ILGPU;

namespace ExactCompression.Gpu;

/// <summary>Finds drivers by the names that they have on machines without developer packages.</summary>
/// <remarks>
/// ILGPU asks for <c>libcuda.so</c> and <c>libOpenCL.so</c>, which come with developer packages; the drivers themselves install
/// <c>libcuda.so.1</c> and <c>libOpenCL.so.1</c>. While an instance lives it resolves those names.
/// </remarks>
internal sealed class DriverLibraries : IDisposable
{
    private static readonly string[] Cuda = OperatingSystem.IsWindows()
        ? ["nvcuda.dll"]
        : ["libcuda.so.1", "libcuda.so", "/usr/lib/wsl/lib/libcuda.so.1"];

    private static readonly string[] OpenCL = OperatingSystem.IsWindows() ? ["OpenCL.dll"]
        : OperatingSystem.IsMacOS() ? ["/System/Library/Frameworks/OpenCL.framework/OpenCL"]
        : ["libOpenCL.so.1", "libOpenCL.so"];

    private readonly AssemblyLoadContext? loading = AssemblyLoadContext.GetLoadContext(typeof(Context).Assembly);

    /// <summary>Starts to resolve names.</summary>
    public DriverLibraries()
    {
        if (loading is not null)
            loading.ResolvingUnmanagedDll += Resolve;
    }

    /// <summary>Whether there is a driver at all; cheap if there is none.</summary>
    /// <param name="kind">The kind of device.</param>
    public static bool Exist(ComputeDeviceKind kind) => kind switch
    {
        ComputeDeviceKind.Cuda => Load(Cuda) != 0,
        ComputeDeviceKind.OpenCL => Load(OpenCL) != 0,
        _ => true,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        if (loading is not null)
            loading.ResolvingUnmanagedDll -= Resolve;
    }

    /// <summary>Called only after the ordinary search for a library has failed.</summary>
    private static nint Resolve(Assembly assembly, string name) =>
        assembly != typeof(Context).Assembly ? 0
        : name == "cuda" ? Load(Cuda)
        : name == "OpenCL" ? Load(OpenCL)
        : 0;

    /// <summary>The first that loads, or 0. Drivers are never unloaded: they do not support it.</summary>
    private static nint Load(string[] names)
    {
        foreach (string name in names)
        {
            if (NativeLibrary.TryLoad(name, out nint handle))
                return handle;
        }

        return 0;
    }
}
