using System.Runtime.InteropServices;

namespace ExactCompression.Experiments;

/// <summary>An ONNX model in ONNX Runtime, on one thread.</summary>
internal sealed unsafe class OnnxRuntimeSession : IDisposable
{
    private readonly OnnxRuntimeLibrary library;
    private readonly List<nint> names = [];
    private readonly List<Tensor> inputs = [];
    private readonly int outputCount;
    private nint allocator, session, memory;

    /// <summary>Opens a model.</summary>
    /// <param name="library">The library.</param>
    /// <param name="model">The bytes of its file.</param>
    /// <param name="columns">Number of elements that one row of all its inputs has.</param>
    /// <exception cref="InvalidInputException">ONNX Runtime refuses it, or its inputs are not such rows.</exception>
    public OnnxRuntimeSession(OnnxRuntimeLibrary library, ReadOnlySpan<byte> model, int columns)
    {
        this.library = library;
        Columns = columns;
        try
        {
            Open(model);
            outputCount = Inputs();
            Rows = FixedRows();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Number of elements that one row has.</summary>
    public int Columns { get; }

    /// <summary>Number of rows that the model takes at once; 0 for any.</summary>
    public int Rows { get; }

    /// <summary>What is to be run: rows as tensors.</summary>
    /// <param name="rows">Rows, row-major; as many as <see cref="Rows"/>, where that is fixed.</param>
    public OnnxRuntimeFeed Prepare(ReadOnlySpan<double> rows)
    {
        int count = rows.Length / Columns;
        var feed = new OnnxRuntimeFeed(library, inputs.Count, outputCount);
        int first = 0;
        for (int i = 0; i < inputs.Count; i++)
        {
            Tensor input = inputs[i];
            int width = (int)(input.Elements / Math.Max(1, Rows));
            var values = new double[count * width];
            for (int row = 0; row < count; row++)
                rows.Slice((row * Columns) + first, width).CopyTo(values.AsSpan(row * width));
            first += width;
            feed.Add(memory, values, input.Type == OnnxRuntimeFeed.Float32, Rows > 0 ? input.Shape : [count, .. input.Shape.AsSpan(1)]);
        }

        return feed;
    }

    /// <summary>Runs the model; what it gave before is released.</summary>
    /// <param name="feed">What it is run on.</param>
    public void Run(OnnxRuntimeFeed feed)
    {
        feed.ReleaseOutputs();
        fixed (nint* name = CollectionsMarshal.AsSpan(names))
        fixed (nint* values = feed.Inputs, outputs = feed.Outputs)
        {
            nint run = library[OnnxRuntimeFunction.Run];
            library.Check(((delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)run)(
                session, 0, name, values, (nuint)inputs.Count, name + inputs.Count, (nuint)outputCount, outputs));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (nint name in names)
            ((delegate* unmanaged<nint, nint, nint>)library[OnnxRuntimeFunction.AllocatorFree])(allocator, name);
        names.Clear();
        library.Release(OnnxRuntimeFunction.ReleaseMemoryInfo, memory);
        library.Release(OnnxRuntimeFunction.ReleaseSession, session);
        (memory, session) = (0, 0);
    }

    private void Open(ReadOnlySpan<byte> model)
    {
        nint options = 0, made = 0;
        try
        {
            library.Check(((delegate* unmanaged<nint*, nint>)library[OnnxRuntimeFunction.CreateSessionOptions])(&options));
            library.Check(((delegate* unmanaged<nint, int, nint>)library[OnnxRuntimeFunction.SetIntraOpNumThreads])(options, 1));
            fixed (byte* bytes = model)
            {
                library.Check(((delegate* unmanaged<nint, byte*, nuint, nint, nint*, nint>)library[
                    OnnxRuntimeFunction.CreateSessionFromArray])(library.Environment, bytes, (nuint)model.Length, options, &made));
            }

            session = made;
            const int Device = 0, DefaultMemory = 0;
            library.Check(((delegate* unmanaged<int, int, nint*, nint>)library[OnnxRuntimeFunction.CreateCpuMemoryInfo])(
                Device, DefaultMemory, &made));
            memory = made;
            library.Check(((delegate* unmanaged<nint*, nint>)library[OnnxRuntimeFunction.GetAllocatorWithDefaultOptions])(&made));
            allocator = made;
        }
        finally
        {
            library.Release(OnnxRuntimeFunction.ReleaseSessionOptions, options);
        }
    }

    /// <summary>Reads names and types; returns the number of outputs.</summary>
    private int Inputs()
    {
        int count = Count(OnnxRuntimeFunction.SessionGetInputCount), given = Count(OnnxRuntimeFunction.SessionGetOutputCount);
        for (int i = 0; i < count; i++)
        {
            names.Add(Name(OnnxRuntimeFunction.SessionGetInputName, i));
            inputs.Add(Input(i));
        }

        for (int i = 0; i < given; i++)
            names.Add(Name(OnnxRuntimeFunction.SessionGetOutputName, i));
        return given;
    }

    private int Count(OnnxRuntimeFunction function)
    {
        nuint count;
        library.Check(((delegate* unmanaged<nint, nuint*, nint>)library[function])(session, &count));
        return (int)count;
    }

    private nint Name(OnnxRuntimeFunction function, int index)
    {
        nint name;
        library.Check(((delegate* unmanaged<nint, nuint, nint, nint*, nint>)library[function])(session, (nuint)index, allocator, &name));
        return name;
    }

    private Tensor Input(int index)
    {
        nint type = 0, tensor;
        library.Check(((delegate* unmanaged<nint, nuint, nint*, nint>)library[OnnxRuntimeFunction.SessionGetInputTypeInfo])(
            session, (nuint)index, &type));
        try
        {
            library.Check(((delegate* unmanaged<nint, nint*, nint>)library[OnnxRuntimeFunction.CastTypeInfoToTensorInfo])(type, &tensor));
            int element;
            nuint axes;
            library.Check(((delegate* unmanaged<nint, int*, nint>)library[OnnxRuntimeFunction.GetTensorElementType])(tensor, &element));
            library.Check(((delegate* unmanaged<nint, nuint*, nint>)library[OnnxRuntimeFunction.GetDimensionsCount])(tensor, &axes));
            var shape = new long[(int)axes];
            fixed (long* lengths = shape)
                library.Check(((delegate* unmanaged<nint, long*, nuint, nint>)library[OnnxRuntimeFunction.GetDimensions])(
                    tensor, lengths, axes));
            if (element is not (OnnxRuntimeFeed.Float32 or OnnxRuntimeFeed.Float64)
                || shape.AsSpan(1..).ContainsAnyInRange(long.MinValue, 0))
                throw Unfit($"Input {index} is not of float32 or float64 elements, or has other open lengths than its first.");
            return new(element, shape, shape.Aggregate(1L, static (product, d) => product * Math.Max(1, d)));
        }
        finally
        {
            library.Release(OnnxRuntimeFunction.ReleaseTypeInfo, type);
        }
    }

    /// <summary>The number of rows at once, where the shapes fix it.</summary>
    private int FixedRows()
    {
        long elements = inputs.Sum(static i => i.Elements);
        bool isOpen = inputs.TrueForAll(static i => i.Shape is [< 0, ..]);
        if (isOpen ? elements != Columns : inputs.Exists(static i => i.Shape is [< 0, ..]) || elements % Columns != 0)
            throw Unfit($"Its inputs have {elements} elements, the network's {Columns}.");
        return isOpen ? 0 : (int)(elements / Columns);
    }

    private static InvalidInputException Unfit(string problem) => new(
        "OnnxRuntimeInputs", $"The network's inputs cannot be timed in ONNX Runtime. {problem}", "Measure it without -OnnxRuntime.");

    /// <summary>An input of a model.</summary>
    /// <param name="Type">Type of its elements.</param>
    /// <param name="Shape">Lengths of its axes; the first -1 where any number of rows may be given.</param>
    /// <param name="Elements">Their product; of one row, where any number may be given.</param>
    private sealed record Tensor(int Type, long[] Shape, long Elements);
}
