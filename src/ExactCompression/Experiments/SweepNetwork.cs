using System.Globalization;
using System.Text.RegularExpressions;
using ExactCompression.Formats;
using ExactCompression.Training;

namespace ExactCompression.Experiments;

/// <summary>A network of a sweep: an existing one, a file, or one that is to be trained.</summary>
public abstract partial class SweepNetwork
{
    /// <summary>The network's name.</summary>
    public abstract string Name { get; }

    /// <summary>The file that it comes from; null for others.</summary>
    public virtual string? File => null;

    /// <summary>Widths from input to output if they are known before the network is read or trained; else null.</summary>
    internal virtual string? Architecture => null;

    /// <summary>What the network is, if that is known before it is read or trained; else null.</summary>
    internal virtual string? Source => null;

    /// <summary>Its l1 penalty, if that is known before it is read or trained.</summary>
    internal virtual double? L1 => Number(L1InName().Match(Name));

    /// <summary>Its seed, if that is known before it is read or trained.</summary>
    internal virtual int? Seed =>
        Number(SeedInName().Match(Name)) is { } seed and >= 0 and <= int.MaxValue && seed == Math.Floor(seed) ? (int)seed : null;

    /// <summary>How it is to be trained, and on how many rows; null for an existing network.</summary>
    internal virtual (ClassifierOptions Options, int Rows)? Training => null;

    /// <summary>Number of inputs, if that is known before it is read or trained.</summary>
    internal virtual int? Inputs => null;

    /// <summary>An estimate of its work, relative to the others.</summary>
    internal abstract double Work { get; }

    /// <summary>An existing network.</summary>
    public static SweepNetwork Of(ReluNetwork network) => new Given(network);

    /// <summary>A network file, read only when it is needed.</summary>
    /// <param name="path">Full path.</param>
    public static SweepNetwork FromFile(string path) => new InFile(path);

    /// <summary>Networks to train when they are needed: every architecture with every penalty from every seed.</summary>
    /// <param name="data">Labelled rows; all are trained on.</param>
    /// <param name="architectures">Layers, as <see cref="Experiments.Architecture.Of"/> reads them.</param>
    /// <param name="penalties">Penalties.</param>
    /// <param name="seeds">Seeds.</param>
    /// <param name="training">All else about training; threads and validation are set by the sweep.</param>
    /// <exception cref="InvalidInputException">An architecture cannot be read, or does not fit the data.</exception>
    public static IReadOnlyList<SweepNetwork> Grid(
        InputData data, IReadOnlyList<string> architectures, SweepPenalties penalties, IReadOnlyList<int> seeds, ClassifierOptions training)
    {
        string fingerprint = Fingerprint.Of(data);
        return
        [
            .. from layers in architectures.Select(text => Experiments.Architecture.Of(text, training)).DistinctBy(
                   static o => (o.Architecture, Experiments.Architecture.Show(o.Hidden)))
               from options in penalties.Of(layers)
               from seed in seeds.Distinct()
               select new Trained(data, fingerprint, options with { Seed = seed }),
        ];
    }

    /// <summary>Makes or reads the network.</summary>
    /// <param name="threads">Threads to use.</param>
    /// <param name="told">Receives the progress.</param>
    /// <param name="warned">Receives warnings about a file.</param>
    /// <param name="cancellation">When cancelled, throws.</param>
    internal abstract ReluNetwork Get(int threads, Action<string> told, Action<string> warned, CancellationToken cancellation);

    private static double? Number(Match match) =>
        match.Success && double.TryParse(match.Groups[1].ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value
            : null;

    [GeneratedRegex(@"(?:^|[_-])l1[-_=]?(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)")]
    private static partial Regex L1InName();

    [GeneratedRegex(@"(?:^|[_-])seed[-_=]?(\d+)")]
    private static partial Regex SeedInName();

    private sealed class Given(ReluNetwork network) : SweepNetwork
    {
        public override string Name => network.Name;

        public override string? File => network.Path;

        internal override string Architecture => network.Architecture;

        internal override string Source { get; } = Fingerprint.Of(network);

        internal override double? L1 => network.Training?.Options.L1 ?? base.L1;

        internal override int? Seed => network.Training?.Options.Seed ?? base.Seed;

        internal override int? Inputs => network.InputSize;

        internal override double Work => network.ConnectionCount;

        internal override ReluNetwork Get(int threads, Action<string> told, Action<string> warned, CancellationToken cancellation) =>
            network;
    }

    private sealed class InFile(string path) : SweepNetwork
    {
        public override string Name { get; } = Path.GetFileNameWithoutExtension(path);

        public override string File => path;

        internal override double Work { get; } = new FileInfo(path) is { Exists: true } file ? Math.Max(1, file.Length / sizeof(float)) : 1;

        internal override ReluNetwork Get(int threads, Action<string> told, Action<string> warned, CancellationToken cancellation) =>
            NetworkFormats.Read(path, options: new() { Cancellation = cancellation, Warning = warned });
    }

    private sealed class Trained : SweepNetwork
    {
        private readonly InputData data;
        private readonly ClassifierOptions options;

        public Trained(InputData data, string dataFingerprint, ClassifierOptions options)
        {
            this.data = data;
            this.options = options;
            int classes = data.Labels.Span.IsEmpty ? 1 : Math.Max(0, data.Labels.ToArray().Max()) + 1;
            LayerPlan[] layers = LayerPlan.Of(options, data.Columns, classes);
            Architecture = string.Join('-', layers.Select(static l => l.Output).Prepend(layers[0].Input));
            Work = Math.Max(1, layers.Sum(static l => (double)l.Fan * l.Output.Elements));
            string hidden = options.Architecture.Length > 0 ? options.Architecture : Experiments.Architecture.Show(options.Hidden);
            Name = string.Create(CultureInfo.InvariantCulture, $"{data.Name}_{hidden}_l1-{options.L1:0.##############}")
                + string.Create(CultureInfo.InvariantCulture, $"{PenaltyNames.Suffix(options)}_seed-{options.Seed}");
            // All that determines the network besides its widths, penalty and seed.
            Source = string.Create(
                CultureInfo.InvariantCulture,
                $"{options.Optimizer} {options.L1Mode}, {options.Epochs} epochs of {options.BatchSize}, rate {options.LearningRate:R} "
                    + $"to {options.LearningRateDecay:R}, momentum {options.Momentum:R}, {data.Rows} rows {dataFingerprint}")
                + PenaltyNames.Source(options);
        }

        public override string Name { get; }

        internal override string Architecture { get; }

        internal override string Source { get; }

        internal override double? L1 => options.L1;

        internal override int? Seed => options.Seed;

        internal override (ClassifierOptions Options, int Rows)? Training => (options, data.Rows);

        internal override int? Inputs => data.Columns;

        internal override double Work { get; }

        internal override ReluNetwork Get(int threads, Action<string> told, Action<string> warned, CancellationToken cancellation)
        {
            ReluNetwork network = ClassifierTraining.Train(
                data, options with { Threads = threads, ValidationFraction = 0 }, new EpochText(told, options.Epochs), cancellation);
            cancellation.ThrowIfCancellationRequested();
            return network.Renamed(Name);
        }

        /// <summary>Epochs as words.</summary>
        private sealed class EpochText(Action<string> told, int epochs) : IProgress<TrainingEpoch>
        {
            public void Report(TrainingEpoch value) =>
                told(string.Create(CultureInfo.InvariantCulture, $"training, epoch {value.Epoch} of {epochs}"));
        }
    }
}
