using BenchmarkDotNet.Running;
using ExactCompression;
using ExactCompression.Benchmarks;

const string Help = """
    dotnet run -c Release --project benchmarks/ExactCompression.Benchmarks -- COMMAND

    Paths are taken from the current folder.

    kernels [BenchmarkDotNet options]
        Times the matrix product and the passes through a network with BenchmarkDotNet.
        --filter '*Product*' picks some, --job short is quick.

    openblas [THREADS...]
        The matrix product against that of OpenBLAS, by turns, with each number of threads given (1 and all cores if none is).
        Our right-hand factor is packed beforehand, as weights are in a search; a column tells the ratio with packing.

    convolutions
        Convolutions of usual shapes and their transposes, in float and double, against the matrix product and, as some have little
        work for each element, against copying what they read and write; by turns, on one core.

    device [options]
        Rows a second that each device takes through the hidden layers of networks with two of them, and of a convolutional one,
        and steps of an attack, against the CPU's vector units, by turns; with the share of what the device can do at most
        (a card: clock x cores x 2; the CPU: multiply-adds in registers, measured beside).
        --device NAME       a kind, index or name; may be repeated. The CPU and every card if left out; IlgpuCpu,
                            which checks kernels, only if named (give few --rows)
        --data FILE         rows (IDX) instead of made ones
        --rows N            rows of a pass (60000, or all of the file, if left out)
        --widths A,B,...    widths of the hidden layers (100,200,400,800 if left out)
        --channels A,B,...  channels of the convolutional network (16,32 if left out; 0 for no such network)
        --repeats N         passes of each (5 if left out)

    networks FILE... [options]
        Searches each network and prints neurons by state, seconds by stage, peak memory and, with --peer, the ratio of the
        peer's seconds to ours.
        --peer "COMMAND"    a program that is given the networks' paths and prints a line with 'decided P % in S s' for each
        --domain FILE       input domain (CSV, VNN-LIB) for networks of its size; may be repeated. Others take [0,1]^n,
                            or what their file states
        --data FILE         input rows (IDX, CSV, NPY) to begin with, for networks of their size; may be repeated
        --label-column NAME the column of CSV rows that is the label: First, Last, a name or a number
        --scale X           what the values of CSV rows are multiplied by
        --time-limit S      seconds that our search may take
        --threads N         threads of our search (0, all cores, if left out)
        --repeats N         runs of each program a network (3 if left out), by turns; the least seconds count
        --apart             a process for each network: first-time costs, such as the compilation of code, count for each
        --csv FILE          writes the table as CSV as well

    bounds FILE... [options]
        Bounds all units of each network by intervals and CROWN, with outward rounding and nothing else, and prints the units decided,
        milliseconds and, with --peer, the ratio of the peer's seconds to ours.
        --peer, --domain, --threads, --repeats as above

    methods FILE... [options]
        Decides each network by each method, one after the other in this process, and prints neurons by state, seconds,
        and how many times faster each is than Neuron and NeuronApproximate.
        --methods A,B,...   of Hybrid, Isa, Layer, Neuron, NeuronApproximate (all if left out)
        --solver NAME       the solver of all but Hybrid (Scip if left out)
        --bounds KIND       the constants of their programs: Interval (the paper's, if left out) or Crown
        --preprocess WHICH  rows of the data that they run first: All, Partial or None
        --injection KIND    points that Isa and Layer try between solves: Relaxation, Random or Off
        --domain, --data, --label-column, --scale, --time-limit (for each method and network), --threads, --csv as above

    programs FILE... [options]
        How long a solver takes to maximise each output of each network, with the programs that Export-MilpModel writes and with
        those of interval arithmetic alone, as a table in Markdown, with the geometric mean of the ratios.
        --solver NAME       a solver of OR-Tools (Scip if left out)
        --time-limit S      seconds for each program (60 if left out)
        --domain, --threads as above

    deployed FILE... [options]
        How far float32 arithmetic can be from each network's outputs, in any order of summation: the proven bound, what is possible
        to first order at the worst input found, and the worst error seen there, as a table in Markdown. Exit code 1 where a bound is
        exceeded.
        --domain, --data, --label-column, --scale as above, --time-limit S for each search (20 if left out)

    compressions FILE... [options]
        Searches each network, compresses it at each level, and prints a table in Markdown: channels, parameters, multiply-adds,
        bytes, the proven difference of outputs, seconds.
        --domain, --data, --label-column, --scale, --time-limit, --threads as above

    equivalence LIST... [options]
        Decides pairs of networks by their specifications, and prints a table in Markdown. A list is a CSV as VNN-COMP has them,
        or a folder with a file instances.csv; each line is "[('f', 'a.onnx'), ('g', 'b.onnx')]",c.vnnlib,100: the networks
        by the names that the specification gives them, the specification, and seconds. Files are where the list says, or
        beside the list.
        --time-limit S      seconds for each pair at most (those of the list if left out)

    training --data FILE [options]
        Trains classifiers, as New-ReluClassifier does, and prints accuracy on a tenth of the rows that is kept back, neurons by
        state, seconds and, with --peer, the ratio of the peer's seconds a step to ours.
        --peer "COMMAND"    a program that is given the widths (A,B,...), the penalty and the number of epochs, and prints
                            a line with 'accuracy A, N steps in S s'
        --labels FILE       the labels of the rows
        --hidden A,B,...    widths of the hidden layers (400,400 if left out)
        --l1 A,B,...        penalties, one network each (0.001 if left out)
        --epochs N          passes over the rows (as many as make 12,000 steps of 128 if left out)
        --repeats N         runs of each program (1 if left out), by turns; the least seconds a step count
        --label-column, --scale, --threads as above
    """;

try
{
    switch (args is [] ? "--help" : args[0])
    {
        case "kernels":
            // In this process: a project that BenchmarkDotNet would generate does not know this repository's build settings.
            string[] options = [.. args is [_] ? ["--filter", "*"] : args[1..], "--inProcess"];
            BenchmarkSwitcher.FromAssembly(typeof(PassBenchmarks).Assembly).Run(options);
            return 0;
        case "openblas":
            return OpenBlasComparison.Run(
                args is [_]
                    ? [1, Environment.ProcessorCount]
                    : Array.ConvertAll(
                        args[1..],
                        static a => int.TryParse(a, out int n) && n > 0 ? n : throw new UsageException($"'{a}' is no number of threads.")));
        case "convolutions":
            return ConvolutionComparison.Run();
        case "device":
            return DeviceComparison.Run(DeviceOptions.Parse(args.AsSpan(1)));
        case "networks":
            return NetworkComparison.Run(NetworkOptions.Parse(args.AsSpan(1)));
        case "search":
            return NetworkSearch.Run(NetworkOptions.Parse(args.AsSpan(1)));
        case "bounds":
            return BoundsComparison.Run(NetworkOptions.Parse(args.AsSpan(1)));
        case "methods":
            return MethodComparison.Run(NetworkOptions.Parse(args.AsSpan(1)));
        case "programs":
            return ProgramComparison.Run(NetworkOptions.Parse(args.AsSpan(1)));
        case "deployed":
            return DeployedComparison.Run(NetworkOptions.Parse(args.AsSpan(1)));
        case "compressions":
            return CompressionTable.Run(NetworkOptions.Parse(args.AsSpan(1)));
        case "equivalence":
            return EquivalenceTable.Run(args.AsSpan(1));
        case "training":
            return TrainingComparison.Run(TrainingOptions.Parse(args.AsSpan(1)));
        case "--help" or "-h":
            Console.WriteLine(Help);
            return 0;
        default:
            throw new UsageException($"There is no command '{args[0]}'.");
    }
}
catch (UsageException e)
{
    Console.Error.WriteLine(e.Message);
    Console.Error.WriteLine("--help tells what there is.");
    return 2;
}
catch (Exception e) when (e is ExactCompressionException or ContestantException)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
