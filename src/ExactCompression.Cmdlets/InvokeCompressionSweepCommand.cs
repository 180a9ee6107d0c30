using System.Globalization;
using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Cmdlets.Views;
using ExactCompression.Experiments;
using ExactCompression.Milp;

namespace ExactCompression.Cmdlets;

/// <summary>
/// Trains or reads networks, searches and compresses each, and outputs one row per network; with a CSV, it resumes where it was stopped.
/// </summary>
[Cmdlet(VerbsLifecycle.Invoke, "CompressionSweep", DefaultParameterSetName = NetworkSet, SupportsShouldProcess = true)]
[OutputType(typeof(SweepRow))]
public sealed class InvokeCompressionSweepCommand : BackgroundCommand
{
    private const string NetworkSet = "Network";
    private const string TrainingSet = "Training";
    private static readonly ClassifierOptions Defaults = new();
    private readonly List<SweepNetwork> networks = [];

    /// <summary>Networks, network files, or folders of them.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = NetworkSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public object[] InputObject { get; set; } = [];

    /// <summary>Hidden layers of the networks to train.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TrainingSet)]
    [ValidateNotNullOrEmpty]
    public string[] Architecture { get; set; } = [];

    /// <summary>L1 penalties.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    [ValidateNotNullOrEmpty]
    [Number]
    public double[] L1 { get; set; } = [0];

    /// <summary>Weights of the stability penalty.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    [ValidateNotNullOrEmpty]
    [Number]
    public double[] Stability { get; set; } = [0];

    /// <summary>Weights of the group penalty on filters.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    [ValidateNotNullOrEmpty]
    [Number]
    public double[] FilterPenalty { get; set; } = [0];

    /// <summary>Weights of the penalty on the scales of BatchNormalization.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    [ValidateNotNullOrEmpty]
    [Number]
    public double[] ScalePenalty { get; set; } = [0];

    /// <summary>BatchNormalization after each convolution.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    public SwitchParameter BatchNormalization { get; set; }

    /// <summary>Channels, rows and columns of a row of data, for convolutions.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    [Number]
    public int[] InputShape { get; set; } = Defaults.InputShape;

    /// <summary>Seeds of training.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    [ValidateNotNullOrEmpty]
    [Number]
    public int[] Seed { get; set; } = [0];

    /// <summary>Passes over the training rows.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    [ValidateRange(1, int.MaxValue)]
    [Number]
    public int Epochs { get; set; } = Defaults.Epochs;

    /// <summary>Rows per step.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    [ValidateRange(1, int.MaxValue)]
    [Number]
    public int BatchSize { get; set; } = Defaults.BatchSize;

    /// <summary>The learning rate of the first epoch.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    [Number]
    public double LearningRate { get; set; } = Defaults.LearningRate;

    /// <summary>The share of a step that carries over to the next.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    [Number]
    public double Momentum { get; set; } = Defaults.Momentum;

    /// <summary>The learning rate of the last epoch, as a share of the first.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    [Number]
    public double LearningRateDecay { get; set; } = Defaults.LearningRateDecay;

    /// <summary>The optimizer.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    [RefuseNull]
    public TrainingOptimizer Optimizer { get; set; } = Defaults.Optimizer;

    /// <summary>How the penalty is applied.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    [RefuseNull]
    public L1Mode L1Mode { get; set; } = Defaults.L1Mode;

    /// <summary>Share of the rows that is held out to measure accuracy.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    [ValidateRange(0.0, 0.99)]
    [Number]
    public double TestFraction { get; set; } = Defaults.ValidationFraction;

    /// <summary>What the stability penalty is.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    [RefuseNull]
    public StabilityMode StabilityMode { get; set; } = Defaults.StabilityMode;

    /// <summary>The radius around each row over which neurons are to be stable; 0 for all of [0,1]^n.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    [Number]
    public double StabilityRadius { get; set; } = Defaults.StabilityRadius;

    /// <summary>A folder that trained networks are written to.</summary>
    [Parameter(ParameterSetName = TrainingSet)]
    [ValidateNotNullOrEmpty]
    public string? NetworkFolder { get; set; }

    /// <summary>Rows to train on, and to run through the networks first.</summary>
    [Parameter]
    [ModuleObject("Import-InputData", typeof(InputData))]
    public InputData? Data { get; set; }

    /// <summary>Rows to measure accuracy on.</summary>
    [Parameter]
    [ModuleObject("Import-InputData", typeof(InputData))]
    public InputData? TestData { get; set; }

    /// <summary>Domains; every network is searched over each.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [ModuleObject("New-InputDomain", typeof(InputDomain), Several = true)]
    public InputDomain[]? Domain { get; set; }

    /// <summary>Radii of balls around rows of the data.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [DomainEnd(true)]
    public double[]? Radius { get; set; }

    /// <summary>The rows that are the centres of balls, from 0.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Number]
    public int[] Row { get; set; } = [0];

    /// <summary>How verdicts are reached.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [RefuseNull]
    public StabilityMethod[] Method { get; set; } = [StabilityMethod.Hybrid];

    /// <summary>The solver of the paper's methods.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(MilpSolverCompleter))]
    [ValidateNotNullOrEmpty]
    public string Solver { get; set; } = MilpSolvers.Default;

    /// <summary>Which rows of the data are run through the network first.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [RefuseNull]
    public MilpPreprocess[] Preprocess { get; set; } = [MilpPreprocess.All];

    /// <summary>How far compression goes.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [RefuseNull]
    public CompressionLevel[] Level { get; set; } = [CompressionLevel.DeleteOnly, CompressionLevel.LeoPlusPlus, CompressionLevel.Maximal];

    /// <summary>How long each stage of a cell may take.</summary>
    [Parameter]
    [TimeLimit]
    public TimeSpan? TimeLimit { get; set; }

    /// <summary>CPU threads for all cells together; 0 for all cores.</summary>
    [Parameter]
    [ValidateRange(0, 4096)]
    [Number]
    public int Threads { get; set; }

    /// <summary>Cells at once; 0 for as many as threads.</summary>
    [Parameter]
    [ValidateRange(0, 4096)]
    [Number]
    public int ThrottleLimit { get; set; }

    /// <summary>Which share of the cells to compute, from 0.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    [Number]
    public int ShardIndex { get; set; }

    /// <summary>How many shares there are.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [Number]
    public int ShardCount { get; set; } = 1;

    /// <summary>The CSV to append to, and to resume from.</summary>
    [Parameter]
    [Alias("LiteralPath")]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Other CSVs whose cells are not computed again.</summary>
    [Parameter]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] SkipPath { get; set; } = [];

    /// <summary>Repeat cells whose row has an error.</summary>
    [Parameter]
    public SwitchParameter RetryFailed { get; set; }

    /// <summary>Also output the rows that the CSV already had.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        if (ParameterSetName != NetworkSet)
            return;
        foreach (object item in InputObject)
        {
            if (Try(item, () => SweepInputs.Of(item, SessionState), out IReadOnlyList<SweepNetwork> found))
                networks.AddRange(found);
        }
    }

    private protected override void End()
    {
        if (!Prepare(Path, Plan, out SweepOptions plan) || plan.Networks.Count == 0)
            return;
        int count = CompressionSweep.Count(plan);
        string cells = count == 1 ? "1 cell" : string.Create(CultureInfo.InvariantCulture, $"{count} cells");
        if (!ShouldProcess(plan.Path ?? $"{plan.Networks.Count} networks", $"Sweep {cells}"))
            return;
        Attempt(
            plan.Path,
            messages => CompressionSweep.Run(
                plan with { Row = row => Write(row, messages), Skipped = PassThru ? messages.Output : null, Warning = messages.Warning,
                    Progress = p => Show(p, messages) }, Cancellation),
            end => Finish(plan, end));
    }

    private void Finish(SweepOptions plan, SweepProgress end)
    {
        WriteVerbose(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{end.Done} rows computed, {end.Failed} of them failed; {end.Skipped} existed already; {end.Elapsed.TotalSeconds:F1} s"));
        if (end.Done > 0 || end.Skipped == 0 || PassThru)
            return;

        // No row is output, and none was computed: without a word that looks like a failure.
        string rows = end.Skipped == 1 ? "The row is" : $"All {Units.Count(end.Skipped)} rows are";
        WriteInformation(
            new HostInformationMessage
            {
                Message = $"{rows} in {System.IO.Path.GetFileName(plan.Path)} already; -PassThru outputs such rows.",
            },
            ["PSHOST"]);
    }

    private SweepOptions Plan()
    {
        if (ShardIndex >= ShardCount)
            throw new InvalidInputException(
                "ShardMissing", $"There is no share {ShardIndex} of {ShardCount}.", $"The shares are 0 to {ShardCount - 1}.");
        if (Radius is not null && Data is null)
            throw new InvalidInputException(
                "RadiusWithoutData", "-Radius needs rows as centres of balls.", "Give -Data, and which -Row of it.");
        if (Radius is null && MyInvocation.BoundParameters.ContainsKey(nameof(Row)))
            throw new InvalidInputException(
                "RowWithoutRadius", "-Row names the centres of balls, and there are none.", "Give -Radius too, or leave -Row out.");
        if (ParameterSetName == TrainingSet && Data is null)
            throw new InvalidInputException("TrainingWithoutData", "-Architecture needs rows to train on.", "Give -Data, with labels.");
        DataSplit? split = ParameterSetName == TrainingSet ? DataSplit.Of(Data!, TestData is null ? TestFraction : 0) : null;
        return new()
        {
            Networks = split is null
                ? networks
                : SweepNetwork.Grid(
                    split.Training, Architecture,
                    new() { L1 = L1, Stability = Stability, Filters = FilterPenalty, Scales = ScalePenalty }, Seed, Training()),
            Domains = SweepInputs.Domains(Domain, Radius, Row, Data),
            Methods = [.. Method.Distinct()],
            Solver = Solver,
            Preprocess = [.. Preprocess.Distinct()],
            Levels = [.. Level.Distinct()],
            Data = split?.Training ?? Data,
            TestData = TestData ?? (split is null ? Data : split.Test),
            TimeLimit = TimeLimit,
            Threads = Threads,
            ThrottleLimit = ThrottleLimit,
            ShardIndex = ShardIndex,
            ShardCount = ShardCount,
            Path = Path is null ? null : FileSystem.ResolveOutput(SessionState, Path),
            SkipPaths = SweepInputs.Files(SkipPath, SessionState),
            RetryFailed = RetryFailed,
            NetworkFolder = NetworkFolder is null ? null : FileSystem.ResolveOutput(SessionState, NetworkFolder),
        };
    }

    private ClassifierOptions Training() => new()
    {
        Epochs = Epochs,
        BatchSize = BatchSize,
        LearningRate = LearningRate,
        Momentum = Momentum,
        LearningRateDecay = LearningRateDecay,
        Optimizer = Optimizer,
        L1Mode = L1Mode,
        StabilityMode = StabilityMode,
        StabilityRadius = StabilityRadius,
        InputShape = [.. InputShape],
        BatchNormalization = BatchNormalization,
    };

    private static void Write(SweepRow row, PipelineMessages messages)
    {
        messages.Verbose(row.ToString());
        messages.Output(row);
    }

    private static void Show(SweepProgress p, PipelineMessages messages)
    {
        string failed = p.Failed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {p.Failed} failed") : "";
        messages.Progress(
            new(ProgressActivity, "Invoke-CompressionSweep",
                string.Create(CultureInfo.InvariantCulture, $"{p.Left} of {p.Total} cells left{failed}"))
        {
            CurrentOperation = string.Join("; ", p.Running),
            PercentComplete = p.Total == 0 ? 100 : (int)(100L * (p.Total - p.Left) / p.Total),
            SecondsRemaining = p.Remaining is { } left ? (int)Math.Min(int.MaxValue, Math.Ceiling(left.TotalSeconds)) : -1,
        });
    }
}
