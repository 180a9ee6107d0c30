using System.Runtime.InteropServices;

namespace ExactCompression.Benchmarks;

/// <summary>The matrix products of OpenBLAS, found at run time: the project itself does not need it.</summary>
internal sealed unsafe class OpenBlas : IDisposable
{
    private const int RowMajor = 101;
    private const int NoTranspose = 111;

    private static readonly string[] Names = ["libopenblas.so.0", "libopenblas.so", "libopenblas.dll", "libopenblas.dylib",
        "/opt/homebrew/opt/openblas/lib/libopenblas.dylib"];

    private readonly nint library;
    private readonly delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void> single;
    private readonly delegate* unmanaged<int, int, int, int, int, int, double, double*, int, double*, int, double, double*, int, void> wide;
    private readonly delegate* unmanaged<int, void> setThreads;

    private OpenBlas(nint library)
    {
        this.library = library;
        single = (delegate* unmanaged<int, int, int, int, int, int, float, float*, int, float*, int, float, float*, int, void>)
            NativeLibrary.GetExport(library, "cblas_sgemm");
        wide = (delegate* unmanaged<int, int, int, int, int, int, double, double*, int, double*, int, double, double*, int, void>)
            NativeLibrary.GetExport(library, "cblas_dgemm");
        setThreads = (delegate* unmanaged<int, void>)NativeLibrary.GetExport(library, "openblas_set_num_threads");
        var config = (delegate* unmanaged<byte*>)NativeLibrary.GetExport(library, "openblas_get_config");
        Description = Marshal.PtrToStringUTF8((nint)config())!.Trim();
    }

    /// <summary>Version, build options and the kernels chosen for this processor.</summary>
    public string Description { get; }

    /// <summary>Loads the library, or returns null where there is none.</summary>
    public static OpenBlas? TryLoad()
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, out nint library))
                return new(library);
        }

        return null;
    }

    /// <summary>Sets the number of threads for later products.</summary>
    public void UseThreads(int threads) => setThreads(threads);

    /// <summary><c>C = A B</c>, all row-major.</summary>
    public void Multiply(float[] a, float[] b, float[] c, int rows, int inner, int columns)
    {
        fixed (float* pa = a, pb = b, pc = c)
            single(RowMajor, NoTranspose, NoTranspose, rows, columns, inner, 1, pa, inner, pb, columns, 0, pc, columns);
    }

    /// <summary><c>C = A B</c>, all row-major.</summary>
    public void Multiply(double[] a, double[] b, double[] c, int rows, int inner, int columns)
    {
        fixed (double* pa = a, pb = b, pc = c)
            wide(RowMajor, NoTranspose, NoTranspose, rows, columns, inner, 1, pa, inner, pb, columns, 0, pc, columns);
    }

    /// <inheritdoc/>
    public void Dispose() => NativeLibrary.Free(library);
}
