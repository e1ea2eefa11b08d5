import com.yahoo.labs.samoa.instances.Attribute;
import com.yahoo.labs.samoa.instances.DenseInstance;
import com.yahoo.labs.samoa.instances.Instance;
import com.yahoo.labs.samoa.instances.Instances;
import com.yahoo.labs.samoa.instances.InstancesHeader;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.function.Supplier;
import moa.classifiers.AbstractClassifier;
import moa.classifiers.functions.MajorityClass;
import moa.classifiers.functions.NoChange;
import moa.core.InstanceExample;
import moa.core.Measurement;
import moa.evaluation.BasicClassificationPerformanceEvaluator;
import moa.evaluation.FadingFactorClassificationPerformanceEvaluator;
import moa.evaluation.WindowClassificationPerformanceEvaluator;

/**
 * MOA's evaluators over one recorded stream. `generate.py` runs it:
 *
 *     java -cp 'DIRECTORY/*' Moa.java CLASSES WINDOW ALPHA < "label predicted checkpoint" lines
 *
 * Beside the recorded model it runs MOA's own MajorityClass and NoChange learners test-then-train,
 * each judged by an evaluator of its own. At a checkpoint (1 in the third column) it writes for each
 * evaluator: name, accuracy, kappa, kappa-temporal, kappa-M as MOA reports it, and the accuracies
 * of the two learners, all as bits.
 */
public class Moa {
    record Judge(String name, List<BasicClassificationPerformanceEvaluator> evaluators) {}

    static Judge judge(String name, Supplier<BasicClassificationPerformanceEvaluator> one) {
        Judge judge = new Judge(name, List.of(one.get(), one.get(), one.get()));
        judge.evaluators.forEach(evaluator -> evaluator.prepareForUse());
        return judge;
    }

    static InstancesHeader header(int classes) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < classes; i++) {
            names.add("class" + i);
        }
        List<Attribute> attributes = new ArrayList<>();
        attributes.add(new Attribute("nothing"));
        attributes.add(new Attribute("class", names));
        Instances data = new Instances("stream", attributes, 0);
        data.setClassIndex(1);
        return new InstancesHeader(data);
    }

    static String bits(double value) {
        return String.format("%016x", Double.doubleToRawLongBits(value));
    }

    public static void main(String[] arguments) {
        int classes = Integer.parseInt(arguments[0]);
        InstancesHeader header = header(classes);
        List<Judge> judges = List.of(
            judge("everything", BasicClassificationPerformanceEvaluator::new),
            judge("window", () -> {
                var window = new WindowClassificationPerformanceEvaluator();
                window.widthOption.setValue(Integer.parseInt(arguments[1]));
                return window;
            }),
            judge("fading", () -> {
                var fading = new FadingFactorClassificationPerformanceEvaluator();
                fading.alphaOption.setValue(Double.parseDouble(arguments[2]));
                return fading;
            }));
        List<AbstractClassifier> baselines = List.of(new MajorityClass(), new NoChange());
        for (AbstractClassifier baseline : baselines) {
            baseline.setModelContext(header);
            baseline.prepareForUse();
        }
        Scanner lines = new Scanner(System.in);
        for (int at = 1; lines.hasNextInt(); at++) {
            int label = lines.nextInt();
            double[] votes = new double[classes];
            votes[lines.nextInt()] = 1;
            boolean checkpoint = lines.nextInt() == 1;
            Instance instance = new DenseInstance(2);
            instance.setDataset(header);
            instance.setClassValue(label);
            List<double[]> said = List.of(
                votes,
                baselines.get(0).getVotesForInstance(instance),
                baselines.get(1).getVotesForInstance(instance));
            for (Judge judge : judges) {
                for (int i = 0; i < 3; i++) {
                    judge.evaluators.get(i).addResult(new InstanceExample(instance), said.get(i));
                }
            }
            baselines.forEach(baseline -> baseline.trainOnInstance(instance));
            if (checkpoint) {
                write(at, judges);
            }
        }
    }

    static void write(int at, List<Judge> judges) {
        for (Judge judge : judges) {
            var model = judge.evaluators.get(0);
            double kappaM = Double.NaN;
            for (Measurement measurement : model.getPerformanceMeasurements()) {
                if (measurement.getName().startsWith("Kappa M ")) {
                    kappaM = measurement.getValue() / 100;
                }
            }
            System.out.println(String.join(" ", String.valueOf(at), judge.name,
                bits(model.getFractionCorrectlyClassified()), bits(model.getKappaStatistic()),
                bits(model.getKappaTemporalStatistic()), bits(kappaM),
                bits(judge.evaluators.get(1).getFractionCorrectlyClassified()),
                bits(judge.evaluators.get(2).getFractionCorrectlyClassified())));
        }
    }
}
