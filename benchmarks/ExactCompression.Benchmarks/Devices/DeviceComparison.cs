using System.Globalization;
using ExactCompression.Formats;
using ExactCompression.Witnesses;

namespace ExactCompression.Benchmarks;

/// <summary>
/// The command <c>device</c>: every device against the CPU's vector units, in alternation in one run, in rows per second and as a share of
/// the device's peak.
/// </summary>
internal static class DeviceComparison
{
    private const int Inputs = 784;
    private const int TrainingRows = 60_000;

    public static int Run(DeviceOptions options)
    {
        InputData data = Rows(options);
        ComputeDevice[] devices = Devices(options);
        var opened = new List<IWitnessDevice>();
        try
        {
            foreach (ComputeDevice device in devices)
            {
                opened.Add(ComputeDevices.Select(device.Index.ToString(CultureInfo.InvariantCulture), out string message));
                Console.WriteLine(message);
            }

            Console.WriteLine(
                $"{data.Rows} rows of {data.Columns} inputs; {options.Repeats} passes of each device, by turns; the least seconds count.");
            Console.WriteLine();
            Console.WriteLine(
                $"{"network",-16} {"device",-28} {"rows/s",12} {"x CPU",7} {"GFlop/s",9} {"of peak",8}   {"points x steps/s",16} "
                    + $"{"x CPU",7} {"of peak",8}");
            foreach (int width in options.Widths)
                Compare(options, data, devices, opened, RandomValues.Network(data.Columns, width, width, 10));
            if (options.Channels.Length > 0 && RandomValues.Images(data.Columns, options.Channels) is { } images)
                Compare(options, data, devices, opened, images);
        }
        finally
        {
            opened.ForEach(static d => d.Dispose());
        }

        return 0;
    }

    private static void Compare(
        DeviceOptions options, InputData data, ComputeDevice[] devices, List<IWitnessDevice> opened, ReluNetwork network)
    {
        DeviceContestant[] contestants = [.. opened.Select(d => new DeviceContestant(d, network, data))];
        try
        {
            double[] sampling = Alternation.Time(options.Repeats, [FmaPeak.Run, .. contestants.Select(static c => (Action)c.Sample)]);
            foreach (DeviceContestant contestant in contestants)
                contestant.Aim();
            double[] attack = Alternation.Time(options.Repeats, [FmaPeak.Run, .. contestants.Select(static c => (Action)c.Attack)]);
            double cpu = FmaPeak.Operations / Math.Min(sampling[0], attack[0]);
            double[] rows = [.. sampling.Skip(1).Select(s => data.Rows / s)];
            double[] steps = [.. attack.Skip(1).Select((s, d) => (double)contestants[d].Points * DeviceContestant.Steps / s)];
            for (int d = 0; d < devices.Length; d++)
            {
                double? peak = devices[d].Kind is ComputeDeviceKind.Cpu or ComputeDeviceKind.IlgpuCpu ? cpu : DevicePeak.Of(devices[d]);
                double rate = rows[d] * contestants[d].ForwardOperations;
                string stepShare = Share(steps[d] * contestants[d].StepOperations, peak);
                Console.WriteLine(
                    Invariant($"{network.Name,-16} {devices[d].Name,-28} {rows[d],12:N0} {rows[d] / rows[0],7:G3} {rate / 1e9,9:F1} ")
                        + Invariant($"{Share(rate, peak),8}   {steps[d],16:N0} {steps[d] / steps[0],7:G3} {stepShare,8}"));
            }
        }
        finally
        {
            Array.ForEach(contestants, static c => c.Dispose());
        }
    }

    /// <summary>The CPU first: all others are compared with it. ILGPU's CPU accelerator only if it is asked for.</summary>
    private static ComputeDevice[] Devices(DeviceOptions options)
    {
        IReadOnlyList<ComputeDevice> all = ComputeDevices.List();
        IEnumerable<ComputeDevice> chosen = options.Devices.Count == 0
            ? all.Where(static d => d.Kind is ComputeDeviceKind.Cuda or ComputeDeviceKind.OpenCL)
            : options.Devices.Select(name => Gpu.DeviceChoice.Of(name, all).Candidates[0]);
        return [.. chosen.Prepend(all[0]).Distinct()];
    }

    private static InputData Rows(DeviceOptions options)
    {
        if (options.Data is { } path)
        {
            InputData read = InputDataFiles.Read(path, new());
            int rows = Math.Min(options.Rows ?? read.Rows, read.Rows);
            return new(read.Values[..(rows * read.Columns)].ToArray(), rows, read.Columns);
        }

        int count = options.Rows ?? TrainingRows;
        float[] values = RandomValues.Draw<float>(count * Inputs, seed: 7);
        for (int i = 0; i < values.Length; i++)
            values[i] = Math.Max(0, values[i]); // half of an image is background
        return new(values, count, Inputs);
    }

    private static string Share(double rate, double? peak) => peak is { } most ? Invariant($"{100 * rate / most:F1} %") : "?";

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
