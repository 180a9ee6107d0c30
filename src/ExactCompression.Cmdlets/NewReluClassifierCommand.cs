using System.Globalization;
using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;

namespace ExactCompression.Cmdlets;

/// <summary>
/// Trains ReLU networks with penalties that make neurons stable. When the user stops it, its output is lost to the pipeline, so the network
/// so far is kept in <c>$global:LastReluClassifier</c>.
/// </summary>
[Cmdlet(VerbsCommon.New, "ReluClassifier", DefaultParameterSetName = DenseSet)]
[OutputType(typeof(ReluNetwork))]
public sealed class NewReluClassifierCommand : BackgroundCommand
{
    private const string DenseSet = "Dense", ConvolutionalSet = "Convolutional";
    private static readonly ClassifierOptions Defaults = new();

    /// <summary>Labelled rows.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ModuleObject("Import-InputData", typeof(InputData))]
    public InputData Data { get; set; } = null!;

    /// <summary>Widths of the hidden layers.</summary>
    [Parameter(Position = 1, ParameterSetName = DenseSet)]
    [AllowEmptyCollection]
    [Number]
    public int[] Hidden { get; set; } = Defaults.Hidden;

    /// <summary>Convolutions, then widths of hidden layers, such as <c>8c3s2-16c3s2-64</c>.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ConvolutionalSet)]
    [ValidateNotNullOrEmpty]
    [RefuseNull]
    public string Architecture { get; set; } = Defaults.Architecture;

    /// <summary>Channels, rows and columns of a row of data.</summary>
    [Parameter(ParameterSetName = ConvolutionalSet)]
    [Number]
    public int[] InputShape { get; set; } = Defaults.InputShape;

    /// <summary>BatchNormalization after each convolution.</summary>
    [Parameter(ParameterSetName = ConvolutionalSet)]
    public SwitchParameter BatchNormalization { get; set; }

    /// <summary>The group penalty on filters.</summary>
    [Parameter(ParameterSetName = ConvolutionalSet)]
    [Number]
    public double FilterPenalty { get; set; } = Defaults.FilterPenalty;

    /// <summary>The l1 penalty on the scales of BatchNormalization.</summary>
    [Parameter(ParameterSetName = ConvolutionalSet)]
    [Number]
    public double ScalePenalty { get; set; } = Defaults.ScalePenalty;

    /// <summary>The l1 penalty on the weights.</summary>
    [Parameter]
    [Number]
    public double L1 { get; set; } = Defaults.L1;

    /// <summary>Weights of the stability penalty: one for all hidden layers, or one each.</summary>
    [Parameter(ParameterSetName = DenseSet)]
    [AllowEmptyCollection]
    [Number]
    public double[] Stability { get; set; } = Defaults.Stability;

    /// <summary>Passes over the training rows.</summary>
    [Parameter]
    [Number]
    public int Epochs { get; set; } = Defaults.Epochs;

    /// <summary>Rows per step.</summary>
    [Parameter]
    [Number]
    public int BatchSize { get; set; } = Defaults.BatchSize;

    /// <summary>The learning rate of the first epoch.</summary>
    [Parameter]
    [Number]
    public double LearningRate { get; set; } = Defaults.LearningRate;

    /// <summary>The share of a step that carries over to the next.</summary>
    [Parameter]
    [Number]
    public double Momentum { get; set; } = Defaults.Momentum;

    /// <summary>The learning rate of the last epoch, as a share of the first.</summary>
    [Parameter]
    [Number]
    public double LearningRateDecay { get; set; } = Defaults.LearningRateDecay;

    /// <summary>The optimizer.</summary>
    [Parameter]
    [RefuseNull]
    public TrainingOptimizer Optimizer { get; set; } = Defaults.Optimizer;

    /// <summary>How the penalty is applied.</summary>
    [Parameter]
    [RefuseNull]
    public L1Mode L1Mode { get; set; } = Defaults.L1Mode;

    /// <summary>What the stability penalty is.</summary>
    [Parameter(ParameterSetName = DenseSet)]
    [RefuseNull]
    public StabilityMode StabilityMode { get; set; } = Defaults.StabilityMode;

    /// <summary>The radius around each row over which neurons are to be stable; 0 for all of [0,1]^n.</summary>
    [Parameter(ParameterSetName = DenseSet)]
    [Number]
    public double StabilityRadius { get; set; } = Defaults.StabilityRadius;

    /// <summary>Share of the rows that is held out to measure accuracy.</summary>
    [Parameter]
    [Number]
    public double ValidationFraction { get; set; } = Defaults.ValidationFraction;

    /// <summary>Seed of the weights, of the split and of the order of rows.</summary>
    [Parameter]
    [Number]
    public int Seed { get; set; } = Defaults.Seed;

    /// <summary>CPU threads to use; 0 for all cores.</summary>
    [Parameter]
    [ValidateRange(0, 4096)]
    [Number]
    public int Threads { get; set; } = Defaults.Threads;

    private protected override string PartialResultVariable => "LastReluClassifier";

    private protected override void Process()
    {
        (float least, float most) = (0, 0);
        foreach (float value in Data.Values.Span)
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
        if (Data.HasLabels && (least < 0 || most > 1))
            WriteWarning(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The values of {Data.Name} range from {least} to {most}, beyond the default domain [0,1]: scale them with "
                        + $"Import-InputData -Scale, or give Find-StableNeurons a -Domain that contains them."));
        Attempt(Data, Train, Finish);
    }

    private ReluNetwork Train(PipelineMessages messages)
    {
        var options = new ClassifierOptions
        {
            Hidden = Architecture.Length > 0 ? [] : [.. Hidden],
            Architecture = Architecture,
            InputShape = [.. InputShape],
            BatchNormalization = BatchNormalization,
            FilterPenalty = FilterPenalty,
            ScalePenalty = ScalePenalty,
            L1 = L1,
            Epochs = Epochs,
            BatchSize = BatchSize,
            LearningRate = LearningRate,
            Momentum = Momentum,
            LearningRateDecay = LearningRateDecay,
            Optimizer = Optimizer,
            L1Mode = L1Mode,
            Stability = [.. Stability],
            StabilityMode = StabilityMode,
            StabilityRadius = StabilityRadius,
            ValidationFraction = ValidationFraction,
            Seed = Seed,
            Threads = Threads,
        };
        return ClassifierTraining.Train(
            Data, options, new EpochMessages(messages, $"{MyInvocation.MyCommand.Name} {Data.Name}"), Cancellation);
    }

    private void Finish(ReluNetwork network)
    {
        if (Cancellation.IsCancellationRequested)
            KeepAndStop(network, $"The network so far is {(IsInJob ? "the job's output" : $"in ${PartialResultVariable}")}.");

        // A great penalty may leave nothing but guesses; more than that is no fit of any kind.
        double guessing = Math.Log(network.OutputSize);
        if (network.Training?.Loss is { } loss && !(loss <= 2 * Math.Max(guessing, 1)))
            WriteWarning(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Training has diverged: the loss is {loss:G3}, and guessing has {guessing:G3}. Give a lower -LearningRate."));
        WriteObject(network);
    }

    /// <summary>Each epoch as progress and as a verbose line, from the thread that trains.</summary>
    private sealed class EpochMessages(PipelineMessages messages, string activity) : IProgress<TrainingEpoch>
    {
        public void Report(TrainingEpoch value)
        {
            string accuracy = value.ValidationAccuracy is { } a
                ? string.Create(CultureInfo.InvariantCulture, $"accuracy {a:F4} on held-out rows")
                : string.Create(CultureInfo.InvariantCulture, $"accuracy {value.TrainAccuracy:F4}");
            string status = string.Create(
                CultureInfo.InvariantCulture,
                $"epoch {value.Epoch} of {value.Epochs}: loss {value.Loss:G4}, {accuracy}, {value.ZeroWeights} weights zero");
            messages.Verbose(string.Create(CultureInfo.InvariantCulture, $"{value.Seconds:F2} s: {status}"));
            double share = (double)value.Epoch / value.Epochs;
            messages.Progress(
                new(ProgressActivity, activity,
                    status) { PercentComplete = (int)(100 * share),
                        SecondsRemaining = (int)Math.Ceiling(value.Seconds * ((1 / share) - 1)) });
        }
    }
}
