using ExactCompression.Formats;
using ExactCompression.Milp;

namespace ExactCompression.Experiments;

/// <summary>A row to be computed: a network, a domain, a method.</summary>
/// <param name="Network">The network.</param>
/// <param name="Domain">The domain.</param>
/// <param name="Method">The method.</param>
/// <param name="Preprocess">Which rows of the data are run through the network first.</param>
internal sealed record SweepCell(SweepNetwork Network, SweepDomain Domain, StabilityMethod Method, MilpPreprocess Preprocess)
{
    /// <summary>All cells of this share of a sweep, network by network.</summary>
    public static List<SweepCell> All(SweepOptions options)
    {
        IReadOnlyList<MilpPreprocess> preprocess = options.Data is null ? [MilpPreprocess.None] : options.Preprocess;
        // Shares get whole networks if there are enough: then none is trained twice.
        bool byNetwork = options.Networks.Count >= options.ShardCount;
        var cells = new List<SweepCell>();
        int number = 0;
        for (int n = 0; n < options.Networks.Count; n++)
        {
            foreach (SweepDomain domain in options.Domains)
            {
                foreach (StabilityMethod method in options.Methods)
                {
                    foreach (MilpPreprocess rows in preprocess)
                    {
                        if ((byNetwork ? n : number++) % options.ShardCount == options.ShardIndex)
                            cells.Add(new(options.Networks[n], domain, method, rows));
                    }
                }
            }
        }

        return cells;
    }

    /// <summary>The row with what is known before anything is computed.</summary>
    /// <param name="options">The sweep.</param>
    /// <param name="network">The network, if it exists already.</param>
    public SweepRow Blank(SweepOptions options, ReluNetwork? network)
    {
        InputDomain? domain = null;
        try
        {
            if ((network?.InputSize ?? Network.Inputs) is { } inputs)
                domain = Domain.For(inputs, network?.StatedDomain);
        }
        catch (InvalidInputException)
        {
            // The cell fails with it when it runs.
        }

        (ClassifierOptions Options, int Rows)? training =
            network?.Training is { } known ? (known.Options, known.TrainRows) : Network.Training;
        return new()
        {
            Network = Network.Name,
            Source = Network.Source ?? (network is null ? "" : Fingerprint.Of(network)),
            Domain = domain?.Description ?? "",
            DomainFingerprint = domain is null ? "" : Fingerprint.Of(domain),
            Method = Method,
            Solver = Method == StabilityMethod.Hybrid ? "" : options.Solver,
            Preprocess = Preprocess,
            TimeLimit = options.TimeLimit?.TotalSeconds,
            Levels = string.Join(' ', options.Levels.Order()),
            File = Network.File ?? "",
            Architecture = network?.Architecture ?? Network.Architecture ?? "",
            L1 = training?.Options.L1 ?? Network.L1,
            Stability = training is { } of ? StabilityWeight(of.Options) : null,
            FilterPenalty = training?.Options.FilterPenalty,
            ScalePenalty = training?.Options.ScalePenalty,
            Seed = training?.Options.Seed ?? Network.Seed,
            Epochs = training?.Options.Epochs,
            BatchSize = training?.Options.BatchSize,
            LearningRate = training?.Options.LearningRate,
            LearningRateDecay = training?.Options.LearningRateDecay,
            Momentum = training?.Options.Momentum,
            Optimizer = training?.Options.Optimizer,
            L1Mode = training?.Options.L1Mode,
            StabilityMode = training?.Options.StabilityMode,
            StabilityRadius = training?.Options.StabilityRadius,
            BatchNormalization = training?.Options.BatchNormalization,
            TrainRows = training?.Rows,
            Data = Preprocess == MilpPreprocess.None ? "" : options.Data?.Name ?? "",
            Radius = Domain.Radius,
            DomainWidth = domain is null ? null : MeanWidth(domain),
            Machine = Environment.MachineName,
        };
    }

    private static double? StabilityWeight(ClassifierOptions options)
    {
        double[] weights = [.. options.Stability.Distinct()];
        return weights.Length == 0 ? 0 : weights.Length == 1 ? weights[0] : null;
    }

    private static double MeanWidth(InputDomain domain)
    {
        double sum = 0;
        for (int i = 0; i < domain.Lower.Length; i++)
            sum += domain.Upper.Span[i] - domain.Lower.Span[i];
        return sum / domain.Lower.Length;
    }
}
