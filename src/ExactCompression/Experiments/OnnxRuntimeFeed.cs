using System.Runtime.InteropServices;

namespace ExactCompression.Experiments;

/// <summary>Rows as tensors, and what a run of the model gave.</summary>
internal sealed unsafe class OnnxRuntimeFeed : IDisposable
{
    /// <summary>Types of elements, as ONNX numbers them.</summary>
    public const int Float32 = 1, Float64 = 11;

    private readonly OnnxRuntimeLibrary library;
    private readonly List<GCHandle> pins = [];
    private int given;

    /// <summary>Makes it without any tensor.</summary>
    /// <param name="library">The library.</param>
    /// <param name="inputs">Number of inputs.</param>
    /// <param name="outputs">Number of outputs.</param>
    public OnnxRuntimeFeed(OnnxRuntimeLibrary library, int inputs, int outputs) =>
        (this.library, Inputs, Outputs) = (library, new nint[inputs], new nint[outputs]);

    /// <summary>The inputs.</summary>
    public nint[] Inputs { get; }

    /// <summary>The outputs; 0 before a run.</summary>
    public nint[] Outputs { get; }

    /// <summary>Adds a tensor.</summary>
    /// <param name="memory">Describes the memory.</param>
    /// <param name="values">Its elements.</param>
    /// <param name="isSingle">Whether the model takes float32.</param>
    /// <param name="shape">Lengths of its axes.</param>
    public void Add(nint memory, double[] values, bool isSingle, long[] shape)
    {
        Array elements = isSingle ? Array.ConvertAll(values, static v => (float)v) : values;
        var pin = GCHandle.Alloc(elements, GCHandleType.Pinned);
        pins.Add(pin);
        nint made;
        fixed (long* lengths = shape)
        {
            library.Check(((delegate* unmanaged<nint, nint, nuint, long*, nuint, int, nint*, nint>)library[
                OnnxRuntimeFunction.CreateTensorWithDataAsOrtValue])(
                memory, pin.AddrOfPinnedObject(), (nuint)Buffer.ByteLength(elements), lengths, (nuint)shape.Length,
                isSingle ? Float32 : Float64, &made));
        }

        Inputs[given++] = made;
    }

    /// <summary>An output's elements, as numbers of float64; null where it has elements of other types.</summary>
    /// <param name="index">Which output.</param>
    public double[]? Output(int index)
    {
        nint shape = 0, data;
        try
        {
            library.Check(((delegate* unmanaged<nint, nint*, nint>)library[OnnxRuntimeFunction.GetTensorTypeAndShape])(
                Outputs[index], &shape));
            int type;
            nuint count;
            library.Check(((delegate* unmanaged<nint, int*, nint>)library[OnnxRuntimeFunction.GetTensorElementType])(shape, &type));
            library.Check(((delegate* unmanaged<nint, nuint*, nint>)library[OnnxRuntimeFunction.GetTensorShapeElementCount])(
                shape, &count));
            library.Check(((delegate* unmanaged<nint, nint*, nint>)library[OnnxRuntimeFunction.GetTensorMutableData])(
                Outputs[index], &data));
            return type switch
            {
                Float32 => Array.ConvertAll(new ReadOnlySpan<float>((void*)data, (int)count).ToArray(), static v => (double)v),
                Float64 => new ReadOnlySpan<double>((void*)data, (int)count).ToArray(),
                _ => null,
            };
        }
        finally
        {
            library.Release(OnnxRuntimeFunction.ReleaseTensorTypeAndShapeInfo, shape);
        }
    }

    /// <summary>Releases what a run gave.</summary>
    public void ReleaseOutputs()
    {
        foreach (ref nint value in Outputs.AsSpan())
        {
            library.Release(OnnxRuntimeFunction.ReleaseValue, value);
            value = 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ReleaseOutputs();
        foreach (ref nint value in Inputs.AsSpan())
        {
            library.Release(OnnxRuntimeFunction.ReleaseValue, value);
            value = 0;
        }

        foreach (GCHandle pin in pins)
            pin.Free();
        pins.Clear();
    }
}
