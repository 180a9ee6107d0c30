namespace ExactCompression.Experiments;

/// <summary>
/// Trains, searches and compresses many networks, one row each: the library behind <c>Invoke-CompressionSweep</c>. Rows depend neither on
/// how many cells run at once nor on their order, except for their seconds and <see cref="SweepRow.Threads"/>.
/// </summary>
public sealed class CompressionSweep
{
    private readonly SweepOptions options;
    private readonly List<SweepCell> cells;
    private readonly CancellationToken cancellation;
    private readonly ThreadBudget budget;
    private readonly SweepCellRunner run;
    private readonly SweepState state;
    private readonly Lock writing = new();
    private readonly Dictionary<SweepCell, SweepRow> retried = [];
    private readonly List<IReadOnlyDictionary<string, SweepRow>> elsewhere = [];
    private SweepCsv? csv;

    private CompressionSweep(SweepOptions options, CancellationToken cancellation)
    {
        this.options = options;
        this.cancellation = cancellation;
        cells = SweepCell.All(options);
        budget = new(options.Threads, options.ThrottleLimit);
        run = new(options, new(() => options.Data is { } data ? EveryTenth(data) : null));
        state = new(cells.Sum(static c => c.Network.Work), cells.Count, options.Progress);
    }

    /// <summary>How many cells a sweep has, done already or not.</summary>
    public static int Count(SweepOptions options) => SweepCell.All(options).Count;

    /// <summary>Runs a sweep.</summary>
    /// <param name="options">What it does.</param>
    /// <param name="cancellation">When cancelled, throws within a second; completed rows are kept, running cells leave none.</param>
    /// <returns>How it ended.</returns>
    /// <exception cref="InvalidFileException">A CSV was not written by a sweep.</exception>
    /// <exception cref="IOException">The CSV cannot be written.</exception>
    public static SweepProgress Run(SweepOptions options, CancellationToken cancellation) =>
        new CompressionSweep(options, cancellation).Run();

    private SweepProgress Run()
    {
        foreach (string path in options.SkipPaths)
            elsewhere.Add(SweepCsv.Read(path).ToDictionary(SweepColumns.Key, StringComparer.Ordinal));
        if (options.Path is { } file)
            csv = SweepCsv.Open(file, options.Warning, cancellation);
        if (options.NetworkFolder is { } folder)
            Directory.CreateDirectory(folder);
        foreach (IGrouping<SweepNetwork, SweepCell> group in cells.GroupBy(static c => c.Network))
        {
            SweepCell[] all = [.. group];
            budget.Add(threads => Begin(all, threads));
        }

        budget.Run(cancellation);
        return state.Now();
    }

    /// <summary>Every tenth row, as the paper's partial pass takes them.</summary>
    private static InputData EveryTenth(InputData data)
    {
        const int Step = 10;
        int rows = (data.Rows + Step - 1) / Step;
        var values = new float[rows * data.Columns];
        for (int r = 0; r < rows; r++)
            data.Row(r * Step).CopyTo(values.AsSpan(r * data.Columns));
        return new(values, rows, data.Columns, null, data.Name, data.Scale);
    }

    /// <summary>Makes the network of some cells, if any of them is to be computed, and runs them.</summary>
    private void Begin(SweepCell[] group, int threads)
    {
        SweepNetwork source = group[0].Network;
        SweepCell[] open = source.Source is null ? group : [.. group.Where(cell => !IsDone(cell, cell.Blank(options, null)))];
        if (open.Length == 0)
            return;
        ReluNetwork network;
        state.Begins(source, source.Name);
        try
        {
            using CancellationTokenSource limited = SweepCellRunner.Limited(options.TimeLimit, cancellation);
            network = Get(source, threads, limited.Token);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            foreach (SweepCell cell in open)
            {
                SweepRow blank = cell.Blank(options, null);
                if (source.Source is not null || !IsDone(cell, blank))
                    Finish(cell, blank with { Threads = threads, Error = SweepCellRunner.ErrorText(e) });
            }

            return;
        }
        finally
        {
            state.Ends(source);
        }

        cancellation.ThrowIfCancellationRequested();
        double? seconds = network.Training is { } training ? Math.Round(training.Elapsed.TotalSeconds, 6) : null;
        if (source.Source is null)
            open = [.. open.Where(cell => !IsDone(cell, cell.Blank(options, network)))];
        budget.AddFirst([.. open.Select<SweepCell, Action<int>>(cell => share => Do(cell, network, seconds, share))]);
    }

    private ReluNetwork Get(SweepNetwork source, int threads, CancellationToken limited)
    {
        ReluNetwork network;
        try
        {
            network = source.Get(
                threads,
                text => state.Tells(source, $"{source.Name}: {text}"),
                text => Warn($"{source.File}: {text}"),
                limited);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException("Training took longer than the time limit.");
        }

        if (options.NetworkFolder is { } folder && source.File is null && network.Training is not null)
            Formats.NetworkFormats.Write(
                network, Path.Combine(folder, Formats.FileNames.Of(network.Name, ".onnx")), cancellation: cancellation);
        return network;
    }

    // Networks are read in parallel.
    private void Warn(string text)
    {
        lock (writing)
            options.Warning?.Invoke(text);
    }

    private void Do(SweepCell cell, ReluNetwork network, double? trainingSeconds, int threads)
    {
        SweepRow blank = cell.Blank(options, network);
        string name = $"{blank.Network} over {blank.Domain}";
        if (csv is not null)
        {
            lock (writing)
                csv.CatchUp(cancellation);
            if (IsDone(cell, blank))
                return; // by another process, in the meantime
        }

        state.Begins(cell, name);
        try
        {
            Finish(cell, run.Run(cell, network, trainingSeconds, threads, text => state.Tells(cell, $"{name}: {text}"), cancellation));
        }
        finally
        {
            state.Ends(cell);
        }
    }

    private bool IsDone(SweepCell cell, SweepRow blank)
    {
        lock (writing)
        {
            SweepRow? row = csv?.Find(blank);
            if (row is null)
            {
                string key = SweepColumns.Key(blank);
                row = elsewhere.Select(rows => rows.GetValueOrDefault(key)).FirstOrDefault(static r => r is not null);
            }

            if (row is null || (retried.TryGetValue(cell, out SweepRow? failed) && ReferenceEquals(row, failed)))
                return false;
            if (row.Failed && options.RetryFailed && failed is null)
            {
                retried[cell] = row;
                return false;
            }

            state.Skips(cell.Network.Work);
            options.Skipped?.Invoke(row);
            return true;
        }
    }

    private void Finish(SweepCell cell, SweepRow row)
    {
        lock (writing)
        {
            if (csv is not null && !csv.Append(row, retried.GetValueOrDefault(cell), cancellation))
            {
                state.Skips(cell.Network.Work);
                return;
            }

            state.Does(cell.Network.Work, row.Failed);
            options.Row?.Invoke(row);
        }
    }
}
