using System.Management.Automation;
using ExactCompression.Cmdlets.Infrastructure;
using ExactCompression.Formats;
using static System.FormattableString;

namespace ExactCompression.Cmdlets;

/// <summary>Compares two networks over a domain: what can be proven, and what is observed at many points.</summary>
[Cmdlet(VerbsDiagnostic.Test, "NetworkEquivalence", DefaultParameterSetName = PairSet)]
[OutputType(typeof(EquivalenceReport))]
public sealed class TestNetworkEquivalenceCommand : BackgroundCommand
{
    private const string PairSet = "Pair";
    private const string CompressionSet = "Compression";
    private const string SpecificationSet = "Specification";
    private readonly DataOutside outside = new(DataOutside.Moved);

    /// <summary>A compression: its original is compared with its compressed network.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = CompressionSet)]
    [ModuleObject("Invoke-LeoCompression", typeof(CompressionResult))]
    public CompressionResult InputObject { get; set; } = null!;

    /// <summary>The first network.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PairSet)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = SpecificationSet)]
    [ModuleObject("Import-ReluNetwork", typeof(ReluNetwork))]
    public ReluNetwork Reference { get; set; } = null!;

    /// <summary>The second: a network or a compression.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = PairSet)]
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = SpecificationSet)]
    [ModuleObject("Import-ReluNetwork or Invoke-LeoCompression", typeof(ReluNetwork), typeof(CompressionResult))]
    public object Difference { get; set; } = null!;

    /// <summary>A file that states domain and tolerances: VNN-LIB 2.0.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SpecificationSet)]
    [Alias("LiteralPath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>The domain to compare over.</summary>
    [Parameter(ParameterSetName = PairSet)]
    [Parameter(ParameterSetName = CompressionSet)]
    [ModuleObject("New-InputDomain", typeof(InputDomain))]
    public InputDomain? Domain { get; set; }

    /// <summary>Rows to compare on as well.</summary>
    [Parameter]
    [ModuleObject("Import-InputData", typeof(InputData))]
    public InputData? Data { get; set; }

    /// <summary>What is compared: the outputs, or the number of the largest one.</summary>
    [Parameter(ParameterSetName = PairSet)]
    [Parameter(ParameterSetName = CompressionSet)]
    [RefuseNull]
    public EquivalenceProperty Property { get; set; }

    /// <summary>Largest output difference that counts as equal.</summary>
    [Parameter(ParameterSetName = PairSet)]
    [Parameter(ParameterSetName = CompressionSet)]
    [ValidateRange(0.0, double.MaxValue)]
    [Number]
    public double Tolerance { get; set; }

    /// <summary>What counts as equal in addition, over the magnitude of the reference's output.</summary>
    [Parameter(ParameterSetName = PairSet)]
    [Parameter(ParameterSetName = CompressionSet)]
    [ValidateRange(0.0, double.MaxValue)]
    [Number]
    public double RelativeTolerance { get; set; }

    /// <summary>The arithmetic that is compared in.</summary>
    [Parameter(ParameterSetName = PairSet)]
    [Parameter(ParameterSetName = CompressionSet)]
    [RefuseNull]
    public Arithmetic Arithmetic { get; set; }

    /// <summary>Random and corner points to try.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    [Number]
    public int Points { get; set; } = 10_000;

    /// <summary>How long to search for a proof or a counterexample, as a time or a number of seconds.</summary>
    [Parameter]
    [TimeLimit]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Seed of the random points.</summary>
    [Parameter]
    [Number]
    public int Seed { get; set; }

    private protected override void Process()
    {
        string file = "";
        if (ParameterSetName == SpecificationSet && !Try(Path, () => FileSystem.ResolveInput(SessionState, Path), out file))
            return;
        var options = new EquivalenceOptions
        {
            Property = Property,
            Tolerance = MyInvocation.BoundParameters.ContainsKey(nameof(Tolerance)) ? Tolerance : null,
            RelativeTolerance = RelativeTolerance,
            Arithmetic = Arithmetic,
            Points = Points,
            ProofTimeLimit = TimeLimit,
            Seed = Seed,
        };
        if (ParameterSetName == CompressionSet)
            (Reference, Difference) = (InputObject.Original, InputObject);
        CompressionResult? compression = OfReference();
        Attempt(
            ParameterSetName == SpecificationSet ? file : compression ?? Difference,
            messages => ParameterSetName == SpecificationSet
                ? NetworkEquivalence.Compare(Specification(file, messages), Reference, Second, Data, options, Cancellation)
                : compression is not null
                ? NetworkEquivalence.Compare(compression, Data, options, Cancellation)
                : NetworkEquivalence.Compare(Reference, Second, Domain, Data, options, Cancellation),
            Write);
    }

    private EquivalenceSpecification Specification(string file, PipelineMessages messages)
    {
        EquivalenceSpecification specification = EquivalenceFiles.Read(file, new() { Cancellation = Cancellation });
        foreach (string statement in specification.Statements)
            messages.Verbose($"{file}: {statement}");
        return specification;
    }

    private void Write(EquivalenceReport report)
    {
        outside.Tell(Data, report.Domain, WriteWarning, WriteVerbose);
        string evidence = report.Evidence switch
        {
            EquivalenceEvidence.None => "nothing is proven",
            EquivalenceEvidence.Counterexample => "an input shows that they differ",
            _ => (report.Equivalent == true ? "proven by " : "bounded by ") + report.Evidence,
        };
        WriteVerbose($"{report.Reference.Architecture} and {report.Difference.Architecture} over {report.Domain}: {evidence}");
        WriteDebug(
            Invariant($"{report.PointsTried} points; observed {report.ObservedDeviation:g17}, ")
                + Invariant($"proven {report.ProvenDeviation:g17}, tolerance {report.Tolerance:g17}"));
        WriteObject(report);
    }

    private ReluNetwork Second => Difference is CompressionResult result ? result.Compressed : (ReluNetwork)Difference;

    /// <summary>The compression, if it is of this reference over this domain: then its proof applies.</summary>
    private CompressionResult? OfReference() =>
        ParameterSetName != SpecificationSet && Difference is CompressionResult result && ReferenceEquals(result.Original, Reference)
            && (Domain is null || Domains.AreEqual(Domain, result.Domain)) ? result : null;
}
