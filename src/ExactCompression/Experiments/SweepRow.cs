namespace ExactCompression;

/// <summary>
/// The results of a sweep for one network over one domain by one method: a row of its CSV, whose columns are these properties in this
/// order. Values that a cell did not reach are null, or empty.
/// </summary>
/// <remarks>
/// The columns up to <see cref="Levels"/> identify the cell: started again, a sweep skips a cell that has a row with the same values in
/// them.
/// </remarks>
public sealed record SweepRow
{
    /// <summary>The network's name.</summary>
    public string Network { get; init; } = "";

    /// <summary>What the network is: how it was trained, or the fingerprint of its weights.</summary>
    public string Source { get; init; } = "";

    /// <summary>What the domain is called.</summary>
    public string Domain { get; init; } = "";

    /// <summary>The fingerprint of the domain's ends.</summary>
    public string DomainFingerprint { get; init; } = "";

    /// <summary>How verdicts were reached.</summary>
    public StabilityMethod Method { get; init; }

    /// <summary>The solver of the paper's methods; empty for <see cref="StabilityMethod.Hybrid"/>.</summary>
    public string Solver { get; init; } = "";

    /// <summary>Rows of the data that were run through the network first: All, Partial (a tenth), None.</summary>
    public Milp.MilpPreprocess Preprocess { get; init; }

    /// <summary>Seconds that each stage could take at most; null for no limit.</summary>
    public double? TimeLimit { get; init; }

    /// <summary>The levels of compression, separated by spaces.</summary>
    public string Levels { get; init; } = "";

    /// <summary>The file that the network came from; empty for others.</summary>
    public string File { get; init; } = "";

    /// <summary>Widths from input to output.</summary>
    public string Architecture { get; init; } = "";

    /// <summary>The l1 penalty of training, where it is known: from training, or from <c>l1-</c> in the network's name.</summary>
    public double? L1 { get; init; }

    /// <summary>
    /// The weight of the stability penalty of training, 0 for none; null where it is not known how the network was trained, and where
    /// hidden layers have different weights.
    /// </summary>
    public double? Stability { get; init; }

    /// <summary>The weight of the group penalty on filters, 0 for none; null where it is not known how the network was trained.</summary>
    public double? FilterPenalty { get; init; }

    /// <summary>The weight of the penalty on the scales of BatchNormalization, likewise.</summary>
    public double? ScalePenalty { get; init; }

    /// <summary>The seed of training, where it is known: from training, or from <c>seed-</c> in the network's name.</summary>
    public int? Seed { get; init; }

    /// <summary>Passes over the training rows, where it is known how the network was trained.</summary>
    public int? Epochs { get; init; }

    /// <summary>Rows per step of training.</summary>
    public int? BatchSize { get; init; }

    /// <summary>The learning rate of the first epoch.</summary>
    public double? LearningRate { get; init; }

    /// <summary>The learning rate of the last epoch, as a share of the first.</summary>
    public double? LearningRateDecay { get; init; }

    /// <summary>The share of a step that carries over to the next.</summary>
    public double? Momentum { get; init; }

    /// <summary>The optimizer of training.</summary>
    public TrainingOptimizer? Optimizer { get; init; }

    /// <summary>How the l1 penalty was applied.</summary>
    public L1Mode? L1Mode { get; init; }

    /// <summary>What the stability penalty was.</summary>
    public StabilityMode? StabilityMode { get; init; }

    /// <summary>The radius over which the stability penalty bounded neurons; 0 for all of [0,1]^n.</summary>
    public double? StabilityRadius { get; init; }

    /// <summary>Whether BatchNormalization followed each convolution.</summary>
    public bool? BatchNormalization { get; init; }

    /// <summary>Rows that were trained on.</summary>
    public int? TrainRows { get; init; }

    /// <summary>The data that was run through the network first; empty for none.</summary>
    public string Data { get; init; } = "";

    /// <summary>The radius, if the domain is a ball; null for other domains.</summary>
    public double? Radius { get; init; }

    /// <summary>How wide the domain is: the mean over the inputs of upper end minus lower end.</summary>
    public double? DomainWidth { get; init; }

    /// <summary>Rows to measure accuracy on; null for none.</summary>
    public int? TestRows { get; init; }

    /// <summary>How many of them lie in the domain.</summary>
    public int? TestRowsInside { get; init; }

    /// <summary>Accuracy on the rows in the domain before compression, 0 to 1; null if none lies there.</summary>
    public double? Accuracy { get; init; }

    /// <summary>Accuracy on the rows in the domain after compression to the highest level, 0 to 1.</summary>
    public double? AccuracyAfter { get; init; }

    /// <summary>Accuracy on all rows before compression, 0 to 1.</summary>
    public double? AccuracyAll { get; init; }

    /// <summary>
    /// Accuracy on all rows after compression to the highest level; of rows outside the domain it says nothing about the compression.
    /// </summary>
    public double? AccuracyAfterAll { get; init; }

    /// <summary>Hidden neurons.</summary>
    public int? Neurons { get; init; }

    /// <summary>Weights, zero or not, without biases.</summary>
    public long? Connections { get; init; }

    /// <summary>Weights that are not zero.</summary>
    public long? NonZeroConnections { get; init; }

    /// <summary>Weights and biases.</summary>
    public long? Parameters { get; init; }

    /// <summary>Multiply-adds that one row of input takes.</summary>
    public long? MultiplyAdds { get; init; }

    /// <summary>Bytes of the weights and biases at the precision that they are stored in.</summary>
    public long? Bytes { get; init; }

    /// <summary>How many neurons are stably active.</summary>
    public int? StablyActive { get; init; }

    /// <summary>How many neurons are stably inactive.</summary>
    public int? StablyInactive { get; init; }

    /// <summary>How many neurons are unstable.</summary>
    public int? Unstable { get; init; }

    /// <summary>How many neurons are undetermined.</summary>
    public int? Undetermined { get; init; }

    /// <summary>How many of the stable neurons rest on a MILP verdict alone.</summary>
    public int? Unproven { get; init; }

    /// <summary>Share of the neurons that are stable, in percent.</summary>
    public double? StablePercent { get; init; }

    /// <summary>Rank of the stably active rows, summed over the layers.</summary>
    public int? Rank { get; init; }

    /// <summary>Stably active neurons of each layer, separated by spaces.</summary>
    public string ActiveByLayer { get; init; } = "";

    /// <summary>Stably inactive neurons of each layer.</summary>
    public string InactiveByLayer { get; init; } = "";

    /// <summary>Unstable neurons of each layer.</summary>
    public string UnstableByLayer { get; init; } = "";

    /// <summary>Undetermined neurons of each layer.</summary>
    public string UndeterminedByLayer { get; init; } = "";

    /// <summary>Rank of the stably active rows of each layer.</summary>
    public string RankByLayer { get; init; } = "";

    /// <summary>Widths that the highest level leaves.</summary>
    public string Compressed { get; init; } = "";

    /// <summary>Share of the neurons that the highest level removes, in percent.</summary>
    public double? NeuronsRemovedPercent { get; init; }

    /// <summary>Share of the connections that the highest level removes, in percent.</summary>
    public double? ConnectionsRemovedPercent { get; init; }

    /// <summary>Weights and biases that the highest level leaves.</summary>
    public long? ParametersAfter { get; init; }

    /// <summary>Multiply-adds that one row of input takes after the highest level.</summary>
    public long? MultiplyAddsAfter { get; init; }

    /// <summary>Bytes of the weights and biases after the highest level.</summary>
    public long? BytesAfter { get; init; }

    /// <summary>The proven bound on the difference of any output over the domain, after the highest level.</summary>
    public double? ProvenDeviation { get; init; }

    /// <summary>Neurons that <see cref="CompressionLevel.DeleteOnly"/> removes.</summary>
    public int? DeleteOnlyNeuronsRemoved { get; init; }

    /// <summary>Connections that <see cref="CompressionLevel.DeleteOnly"/> removes.</summary>
    public long? DeleteOnlyConnectionsRemoved { get; init; }

    /// <summary>The proven bound on the difference that <see cref="CompressionLevel.DeleteOnly"/> makes.</summary>
    public double? DeleteOnlyProvenDeviation { get; init; }

    /// <summary>Seconds that <see cref="CompressionLevel.DeleteOnly"/> took.</summary>
    public double? DeleteOnlySeconds { get; init; }

    /// <summary>Neurons that <see cref="CompressionLevel.LeoPlusPlus"/> removes.</summary>
    public int? LeoPlusPlusNeuronsRemoved { get; init; }

    /// <summary>Connections that <see cref="CompressionLevel.LeoPlusPlus"/> removes.</summary>
    public long? LeoPlusPlusConnectionsRemoved { get; init; }

    /// <summary>The proven bound on the difference that <see cref="CompressionLevel.LeoPlusPlus"/> makes.</summary>
    public double? LeoPlusPlusProvenDeviation { get; init; }

    /// <summary>Seconds that <see cref="CompressionLevel.LeoPlusPlus"/> took.</summary>
    public double? LeoPlusPlusSeconds { get; init; }

    /// <summary>Neurons that <see cref="CompressionLevel.Maximal"/> removes.</summary>
    public int? MaximalNeuronsRemoved { get; init; }

    /// <summary>Connections that <see cref="CompressionLevel.Maximal"/> removes.</summary>
    public long? MaximalConnectionsRemoved { get; init; }

    /// <summary>The proven bound on the difference that <see cref="CompressionLevel.Maximal"/> makes.</summary>
    public double? MaximalProvenDeviation { get; init; }

    /// <summary>Seconds that <see cref="CompressionLevel.Maximal"/> took.</summary>
    public double? MaximalSeconds { get; init; }

    /// <summary>Seconds of training; null for existing networks.</summary>
    public double? TrainingSeconds { get; init; }

    /// <summary>Seconds of interval, linear and optimised bounds.</summary>
    public double? BoundsSeconds { get; init; }

    /// <summary>Seconds of the search for witnesses: data, random points, attacks.</summary>
    public double? WitnessSeconds { get; init; }

    /// <summary>Seconds of branch and bound, on inputs or neurons.</summary>
    public double? SplittingSeconds { get; init; }

    /// <summary>Seconds of mixed-integer programs.</summary>
    public double? MilpSeconds { get; init; }

    /// <summary>Seconds of the whole search.</summary>
    public double? SearchSeconds { get; init; }

    /// <summary>Seconds of compression, all levels together.</summary>
    public double? CompressionSeconds { get; init; }

    /// <summary>Seconds of everything but training.</summary>
    public double? Seconds { get; init; }

    /// <summary>Threads that the cell had: its seconds depend on them, and nothing else does.</summary>
    public int? Threads { get; init; }

    /// <summary>The machine that it ran on.</summary>
    public string Machine { get; init; } = "";

    /// <summary>The name of the cause of a failure, and the message; empty if there was none.</summary>
    public string Error { get; init; } = "";

    /// <summary>Whether something went wrong.</summary>
    public bool Failed => Error.Length > 0;

    /// <inheritdoc/>
    public override string ToString() => PrintableText.Of(Failed
        ? $"{Network} over {Domain}: {Error}"
        : FormattableString.Invariant(
            $"{Network} over {Domain}: {Architecture} -> {Compressed}, {ConnectionsRemovedPercent:F1} % of the connections removed"));
}
