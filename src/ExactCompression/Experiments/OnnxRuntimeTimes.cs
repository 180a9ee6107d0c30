using ExactCompression.Formats.Onnx;
using ExactCompression.Networks;

namespace ExactCompression.Experiments;

/// <summary>How fast ONNX Runtime runs the file that is written of a network, and what it computes.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Row">Microseconds for a row by itself, or per row where the file has a fixed number of rows.</param>
/// <param name="Batch">Microseconds per row of a batch.</param>
/// <param name="Difference">The largest difference between its outputs and this module's in double; null where it gives others.</param>
internal sealed record OnnxRuntimeTimes(string Version, double Row, double Batch, double? Difference)
{
    /// <summary>Measures a network.</summary>
    /// <param name="path">ONNX Runtime's library, or a folder that has it.</param>
    /// <param name="network">The network.</param>
    /// <param name="rows">Rows to run, row-major.</param>
    /// <param name="cancellation">When cancelled, throws <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="InvalidInputException">There is no such library, or it does not run the network.</exception>
    public static OnnxRuntimeTimes Of(string path, ReluNetwork network, double[] rows, CancellationToken cancellation)
    {
        OnnxRuntimeLibrary library = OnnxRuntimeLibrary.Load(path);
        using var file = new MemoryStream();
        new OnnxFormat().Write(network, file, network.Precision);
        using var session = new OnnxRuntimeSession(library, file.GetBuffer().AsSpan(0, (int)file.Length), network.InputSize);
        if (session.Rows > 0)
            rows = [.. Enumerable.Range(0, session.Rows * network.InputSize).Select(i => rows[i % rows.Length])];
        int count = rows.Length / network.InputSize, single = Math.Max(1, session.Rows);
        using OnnxRuntimeFeed one = session.Prepare(rows.AsSpan(0, single * network.InputSize)), all = session.Prepare(rows);
        session.Run(all);
        double? difference = DifferenceOf(network, rows, count, all);
        double row = MedianTime.Of(() => session.Run(one), cancellation) / single;
        return new(library.Version, row, MedianTime.Of(() => session.Run(all), cancellation) / count, difference);
    }

    private static double? DifferenceOf(ReluNetwork network, double[] rows, int count, OnnxRuntimeFeed feed)
    {
        if (!network.IsEvaluated)
            return null;
        using var evaluator = new NetworkEvaluator<double>(network);
        double[] expected = evaluator.Evaluate(rows, count);
        double largest = 0;
        int first = 0;
        for (int i = 0; i < feed.Outputs.Length; i++)
        {
            if (feed.Output(i) is not { } values || values.Length % count != 0)
                return null;
            int width = values.Length / count;
            if (first + width > network.OutputSize)
                return null;
            for (int at = 0; at < values.Length; at++)
                largest = Math.Max(
                    largest, Math.Abs(values[at] - expected[(at / width * network.OutputSize) + first + (at % width)]));
            first += width;
        }

        return first == network.OutputSize ? largest : null;
    }
}
