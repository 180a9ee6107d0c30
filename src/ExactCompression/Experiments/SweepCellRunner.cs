using System.Collections.Concurrent;
using System.Diagnostics;
using ExactCompression.Analysis;
using ExactCompression.Milp;

namespace ExactCompression.Experiments;

/// <summary>Makes the row of one cell out of its network: search, compression, accuracy.</summary>
/// <param name="options">The sweep.</param>
/// <param name="partial">A tenth of the data's rows.</param>
internal sealed class SweepCellRunner(SweepOptions options, Lazy<InputData?> partial)
{
    private readonly ConcurrentDictionary<string, bool> remarks = new(StringComparer.Ordinal);

    /// <summary>Computes the row. A failure becomes the row's error, with all results before it.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="network">Its network.</param>
    /// <param name="trainingSeconds">The time of training, or null.</param>
    /// <param name="threads">Threads to use.</param>
    /// <param name="told">Receives what is being done.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    public SweepRow Run(
        SweepCell cell, ReluNetwork network, double? trainingSeconds, int threads, Action<string> told, CancellationToken cancellation)
    {
        SweepRow row = cell.Blank(options, network) with
        {
            Neurons = network.NeuronCount,
            Connections = network.ConnectionCount,
            NonZeroConnections = network.NonZeroConnectionCount,
            Parameters = network.ParameterCount,
            MultiplyAdds = network.MultiplyAddCount,
            Bytes = network.ByteCount,
            TrainingSeconds = trainingSeconds,
            Threads = threads,
        };
        long start = Stopwatch.GetTimestamp();
        try
        {
            InputDomain domain = cell.Domain.For(network.InputSize, network.StatedDomain);
            InputDomainReport? inside = null;
            if (options.TestData is { HasLabels: true } test)
            {
                test.RequireColumns(network.InputSize);
                inside = InputDomainReport.Of(test, domain);
                (double? accuracy, double? all) = NetworkMeasurement.AccuracyOf(network, test, inside, threads, cancellation);
                row = row with { TestRows = test.Rows, TestRowsInside = inside.Inside, Accuracy = accuracy, AccuracyAll = all };
            }

            WarnOfRowsOutside(cell, domain, inside);
            told("searching");
            StabilityTable table = Search(cell, network, domain, threads, cancellation);
            cancellation.ThrowIfCancellationRequested();
            row = WithTable(row, table);
            foreach (CompressionLevel level in options.Levels.Order())
            {
                told($"compressing, {level}");
                row = Compress(row, table, inside, level, threads, cancellation);
            }
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            row = row with { Error = ErrorText(e) };
        }

        cancellation.ThrowIfCancellationRequested();
        return row with { Seconds = SecondsSince(start) };
    }

    /// <summary>The failure in one line: the name of the cause, and the message.</summary>
    public static string ErrorText(Exception e) =>
        $"{(e as ExactCompressionException)?.ErrorId ?? e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";

    /// <summary>A token that is also cancelled by a time limit.</summary>
    public static CancellationTokenSource Limited(TimeSpan? limit, CancellationToken cancellation)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (limit is { } time)
            source.CancelAfter(time);
        return source;
    }

    /// <summary>Says once of each data set and domain how many rows lie outside; of balls, most always do.</summary>
    private void WarnOfRowsOutside(SweepCell cell, InputDomain domain, InputDomainReport? test)
    {
        if (cell.Domain.Radius is not null || options.Warning is not { } warning)
            return;
        InputDomainReport? searched = options.Data is { } data && data.Columns == domain.Size && (test is null || data != options.TestData)
            ? InputDomainReport.Of(data, domain) : null;
        foreach (string remark in new[] { searched?.Remark, test?.Remark }.OfType<string>())
        {
            if (remarks.TryAdd(remark, true))
                warning($"{remark}. A search moves such rows to the nearest points of the domain; Accuracy is that of the rows inside, "
                    + "AccuracyAll that of all.");
        }
    }

    private StabilityTable Search(
        SweepCell cell, ReluNetwork network, InputDomain domain, int threads, CancellationToken cancellation)
    {
        var search = new SearchOptions
        {
            TimeLimit = options.TimeLimit,
            Threads = threads,
            Warning = text => options.Warning?.Invoke($"{network.Name}: {text}"),
            Contradiction = e => options.Warning?.Invoke(e.Message),
        };
        var table = StabilityTable.Undecided(network, domain);
        if (MilpFormulations.Of(cell.Method) is not { } formulation)
        {
            InputData? data = cell.Preprocess switch
            {
                MilpPreprocess.All => options.Data,
                MilpPreprocess.Partial => partial.Value,
                _ => null,
            };
            return StabilityAnalysis.FindStable(table, data, search, cancellation);
        }

        return MilpAnalysis.Find(
            table, options.Data, new() { Formulation = formulation, Solver = options.Solver, Preprocess = cell.Preprocess }, search,
            cancellation);
    }

    private static SweepRow WithTable(SweepRow row, StabilityTable table)
    {
        double Seconds(params SearchStage[] stages) =>
            Rounded(table.Stages.Where(s => stages.Contains(s.Stage)).Sum(static s => s.Elapsed.TotalSeconds));
        string ByLayer(Func<LayerStability, int> count) => string.Join(' ', table.Layers.Select(count));
        int stable = table.StablyActive + table.StablyInactive;
        return row with
        {
            StablyActive = table.StablyActive,
            StablyInactive = table.StablyInactive,
            Unstable = table.Unstable,
            Undetermined = table.Undetermined,
            Unproven = table.Unproven,
            StablePercent = table.Neurons.Count == 0 ? 0 : 100.0 * stable / table.Neurons.Count,
            Rank = table.Layers.Sum(static l => l.ActiveRank ?? 0),
            ActiveByLayer = ByLayer(static l => l.StablyActive),
            InactiveByLayer = ByLayer(static l => l.StablyInactive),
            UnstableByLayer = ByLayer(static l => l.Unstable),
            UndeterminedByLayer = ByLayer(static l => l.Undetermined),
            RankByLayer = ByLayer(static l => l.ActiveRank ?? 0),
            BoundsSeconds = Seconds(SearchStage.Interval, SearchStage.Crown, SearchStage.AlphaCrown),
            WitnessSeconds = Seconds(SearchStage.Sampling, SearchStage.Attack),
            SplittingSeconds = Seconds(SearchStage.InputSplitting, SearchStage.BranchAndBound),
            MilpSeconds = Seconds([SearchStage.Milp, .. MilpFormulations.Stages]),
            SearchSeconds = Rounded(table.Elapsed.TotalSeconds),
        };
    }

    private SweepRow Compress(
        SweepRow row, StabilityTable table, InputDomainReport? inside, CompressionLevel level, int threads,
        CancellationToken cancellation)
    {
        using CancellationTokenSource limited = Limited(options.TimeLimit, cancellation);
        long start = Stopwatch.GetTimestamp();
        CompressionResult result;
        try
        {
            result = LeoCompression.Compress(table, new() { Level = level }, limited.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"{level} took longer than the time limit.");
        }

        if (result.Unconfirmed > 0)
            options.Warning?.Invoke(
                $"{table.Network.Name}: {result.Unconfirmed} neurons are stable only by MILP verdicts, and no proof was found; "
                    + $"{level} keeps them.");
        double seconds = SecondsSince(start);
        int neurons = result.Original.NeuronCount - result.Compressed.NeuronCount;
        long connections = result.Original.ConnectionCount - result.Compressed.ConnectionCount;
        (double? accuracy, double? all) = inside is null
            ? (null, null)
            : NetworkMeasurement.AccuracyOf(result.Compressed, options.TestData!, inside, threads, cancellation);
        row = row with
        {
            Compressed = result.Compressed.Architecture,
            NeuronsRemovedPercent = result.NeuronsRemovedPercent,
            ConnectionsRemovedPercent = result.ConnectionsRemovedPercent,
            ParametersAfter = result.Compressed.ParameterCount,
            MultiplyAddsAfter = result.Compressed.MultiplyAddCount,
            BytesAfter = result.Compressed.ByteCount,
            ProvenDeviation = result.ProvenDeviation,
            CompressionSeconds = Rounded((row.CompressionSeconds ?? 0) + seconds),
            AccuracyAfter = accuracy,
            AccuracyAfterAll = all,
        };
        return level switch
        {
            CompressionLevel.DeleteOnly =>
                row with { DeleteOnlyNeuronsRemoved = neurons, DeleteOnlyConnectionsRemoved = connections,
                    DeleteOnlyProvenDeviation = result.ProvenDeviation, DeleteOnlySeconds = seconds },
            CompressionLevel.LeoPlusPlus =>
                row with { LeoPlusPlusNeuronsRemoved = neurons, LeoPlusPlusConnectionsRemoved = connections,
                    LeoPlusPlusProvenDeviation = result.ProvenDeviation, LeoPlusPlusSeconds = seconds },
            _ => row with { MaximalNeuronsRemoved = neurons, MaximalConnectionsRemoved = connections,
                MaximalProvenDeviation = result.ProvenDeviation, MaximalSeconds = seconds },
        };
    }

    private static double SecondsSince(long start) => Rounded(Stopwatch.GetElapsedTime(start).TotalSeconds);

    /// <summary>Rounded to microseconds: more digits of a time are noise.</summary>
    private static double Rounded(double seconds) => Math.Round(seconds, 6);
}
