using System.Numerics;
using System.Numerics.Tensors;
using ExactCompression.Experiments;
using ExactCompression.Networks;

namespace ExactCompression;

/// <summary>Measures networks: the library behind <c>Measure-ReluNetwork</c>.</summary>
public static class NetworkMeasurement
{
    private const int BatchRows = 256;

    /// <summary>Measures accuracy, size and speed.</summary>
    /// <param name="network">The network.</param>
    /// <param name="data">Rows to measure on; null for only size and speed, on random rows.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/> within a second.</param>
    /// <exception cref="InvalidInputException">The data does not fit the network, or a label is not one of its outputs.</exception>
    public static ReluNetworkMeasurement Measure(ReluNetwork network, InputData? data, CancellationToken cancellation) =>
        Measure(network, data, new(), cancellation);

    /// <summary>Measures accuracy, size and speed, as options say.</summary>
    /// <param name="network">The network.</param>
    /// <param name="data">Rows to measure on; null for only size and speed, on random rows.</param>
    /// <param name="options">The domain, and ONNX Runtime.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/> within a second.</param>
    /// <exception cref="InvalidInputException">The data or the domain does not fit the network, a label is not one of its outputs, or there
    /// is no ONNX Runtime that runs it.</exception>
    public static ReluNetworkMeasurement Measure(
        ReluNetwork network, InputData? data, MeasurementOptions options, CancellationToken cancellation)
    {
        data?.RequireColumns(network.InputSize);
        InputDomain? domain = options.Domain?.For(network.InputSize);
        InputDomainReport? report = data is null || domain is null ? null : InputDomainReport.Of(data, domain);
        return Measured(network, data, domain, report, null, options.OnnxRuntime, cancellation);
    }

    /// <summary>Measures both networks of a compression, the original first.</summary>
    /// <param name="result">The compression.</param>
    /// <param name="data">Rows to measure on; null for only size and speed, on random rows.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/> within a second.</param>
    /// <exception cref="InvalidInputException">The data does not fit the networks, or a label is not one of their outputs.</exception>
    public static IReadOnlyList<ReluNetworkMeasurement> Measure(
        CompressionResult result, InputData? data, CancellationToken cancellation) => Measure(result, data, new(), cancellation);

    /// <summary>Measures both networks of a compression, the original first, as options say.</summary>
    /// <param name="result">The compression.</param>
    /// <param name="data">Rows to measure on; null for only size and speed, on random rows.</param>
    /// <param name="options">The domain, if not the compression's, and ONNX Runtime.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/> within a second.</param>
    /// <exception cref="InvalidInputException">The data or the domain does not fit the networks, a label is not one of their outputs, or
    /// there is no ONNX Runtime that runs them.</exception>
    public static IReadOnlyList<ReluNetworkMeasurement> Measure(
        CompressionResult result, InputData? data, MeasurementOptions options, CancellationToken cancellation)
    {
        data?.RequireColumns(result.Original.InputSize);
        InputDomain domain = (options.Domain ?? result.Domain).For(result.Original.InputSize);
        InputDomainReport? report = data is null ? null : InputDomainReport.Of(data, domain);
        ReluNetworkMeasurement original = Measured(result.Original, data, domain, report, null, options.OnnxRuntime, cancellation);
        double? agreement = data is { Rows: > 0 } && result.Original.IsEvaluated ? Agreement(result, data, report!, cancellation) : null;
        return [original, Measured(result.Compressed, data, domain, report, agreement, options.OnnxRuntime, cancellation)];
    }

    /// <summary>Shares of rows, 0 to 1, whose largest output is that of their label.</summary>
    /// <param name="network">The network.</param>
    /// <param name="data">Labelled rows.</param>
    /// <param name="report">Which of them lie in the domain.</param>
    /// <param name="threads">Threads to use; 0 for all cores.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/> within a second.</param>
    /// <returns>The share of the rows inside, null if there are none, and of all rows.</returns>
    /// <exception cref="InvalidInputException">The data does not fit the network, or a label is not one of its outputs.</exception>
    internal static (double? Inside, double? All) AccuracyOf(
        ReluNetwork network, InputData data, InputDomainReport report, int threads, CancellationToken cancellation)
    {
        data.RequireColumns(network.InputSize);
        return Accuracy(
            network, data, report, new() { CancellationToken = cancellation, MaxDegreeOfParallelism = threads > 0 ? threads : -1 });
    }

    private static ReluNetworkMeasurement Measured(
        ReluNetwork network, InputData? data, InputDomain? domain, InputDomainReport? report, double? agreement, string? onnxRuntime,
        CancellationToken cancellation)
    {
        (double? accuracy, double? all) = network.IsEvaluated && data is { HasLabels: true, Rows: > 0 }
            ? Accuracy(network, data, report, new() { CancellationToken = cancellation })
            : (null, null);
        (double? row, double? batch) = !network.IsEvaluated ? (null, null)
            : network.Precision == WeightPrecision.Float32
            ? Times<float>(network, data, cancellation)
            : Times<double>(network, data, cancellation);
        OnnxRuntimeTimes? others = onnxRuntime is null
            ? null
            : OnnxRuntimeTimes.Of(onnxRuntime, network, Array.ConvertAll(Timed<float>(network, data), static v => (double)v), cancellation);
        return new()
        {
            Network = network, Domain = domain, Rows = data?.Rows ?? 0, RowsInside = report?.Inside, Accuracy = accuracy, AccuracyAll = all,
            Agreement = agreement, RowMicroseconds = row, BatchRowMicroseconds = batch, OnnxRuntimeVersion = others?.Version,
            OnnxRuntimeRowMicroseconds = others?.Row, OnnxRuntimeBatchRowMicroseconds = others?.Batch,
            OnnxRuntimeDifference = others?.Difference,
        };
    }

    private static (double? Inside, double? All) Accuracy(
        ReluNetwork network, InputData data, InputDomainReport? report, ParallelOptions parallel)
    {
        int bad = data.Labels.Span.IndexOfAnyExceptInRange(0, network.OutputSize - 1);
        if (bad >= 0)
        {
            throw new InvalidInputException(
                "LabelOutOfRange",
                $"Row {bad} of the data '{data.Name}' has label {data.Labels.Span[bad]}, but the network has outputs 0 to "
                    + $"{network.OutputSize - 1}.",
                "Give data whose labels are the network's classes.");
        }

        int[] classes = Classes(network, data, parallel), all = [.. Enumerable.Range(0, data.Rows)];
        double? share = Share(data.Labels.Span, classes, all);
        return (report is null || report.AllInside ? share : Share(data.Labels.Span, classes, report.InsideRows), share);
    }

    private static double? Agreement(
        CompressionResult result, InputData data, InputDomainReport report, CancellationToken cancellation) =>
        Share(Classes(result.Original, data, new() { CancellationToken = cancellation }),
            Classes(result.Compressed, data, new() { CancellationToken = cancellation }), report.InsideRows);

    /// <summary>The share of some rows that is the same; null if there are no rows.</summary>
    private static double? Share(ReadOnlySpan<int> expected, ReadOnlySpan<int> found, IReadOnlyList<int> rows)
    {
        int same = 0;
        foreach (int row in rows)
            same += expected[row] == found[row] ? 1 : 0;
        return rows.Count == 0 ? null : (double)same / rows.Count;
    }

    /// <summary>The number of the largest output for each row, evaluated in double.</summary>
    private static int[] Classes(ReluNetwork network, InputData data, ParallelOptions parallel)
    {
        using var evaluator = new NetworkEvaluator<double>(network);
        var classes = new int[data.Rows];
        Parallel.For(0, (data.Rows + BatchRows - 1) / BatchRows, parallel, batch =>
        {
            int first = batch * BatchRows, count = Math.Min(BatchRows, data.Rows - first);
            double[] outputs = evaluator.Evaluate(Rows<double>(data, first, count), count);
            for (int i = 0; i < count; i++)
                classes[first + i] = Largest(outputs.AsSpan(i * network.OutputSize, network.OutputSize));
        });
        return classes;
    }

    /// <summary>Index of the largest value; the lowest if there are several.</summary>
    private static int Largest(ReadOnlySpan<double> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best])
                best = i;
        }

        return best;
    }

    /// <summary>Microseconds per row, singly and in a batch.</summary>
    private static (double? Row, double? Batch) Times<T>(ReluNetwork network, InputData? data, CancellationToken cancellation)
        where T : unmanaged, INumber<T>
    {
        using var evaluator = new NetworkEvaluator<T>(network);
        T[] rows = Timed<T>(network, data);
        int count = rows.Length / network.InputSize;
        int next = 0;
        double row = MedianTime.Of(
            () => evaluator.Evaluate(rows.AsSpan(next++ % count * network.InputSize, network.InputSize), 1), cancellation);
        double batch = MedianTime.Of(() => evaluator.Evaluate(rows, count), cancellation);
        return (row, batch / count);
    }

    /// <summary>The rows that are timed.</summary>
    private static T[] Timed<T>(ReluNetwork network, InputData? data)
        where T : unmanaged, INumber<T> =>
        data is { Rows: > 0 } ? Rows<T>(data, 0, Math.Min(BatchRows, data.Rows)) : RandomRows<T>(network);

    private static T[] Rows<T>(InputData data, int first, int count)
        where T : unmanaged, INumber<T>
    {
        var rows = new T[count * data.Columns];
        TensorPrimitives.ConvertSaturating(data.Values.Span.Slice(first * data.Columns, rows.Length), rows.AsSpan());
        return rows;
    }

    private static T[] RandomRows<T>(ReluNetwork network)
        where T : unmanaged, INumber<T>
    {
        InputDomain domain = (network.StatedDomain ?? InputDomain.Unit).For(network.InputSize);
        var random = new Random(0);
        var rows = new T[64 * network.InputSize];
        for (int i = 0; i < rows.Length; i++)
        {
            double low = domain.Lower.Span[i % network.InputSize], high = domain.Upper.Span[i % network.InputSize];
            rows[i] = T.CreateSaturating(low + ((high - low) * random.NextDouble()));
        }

        return rows;
    }
}
